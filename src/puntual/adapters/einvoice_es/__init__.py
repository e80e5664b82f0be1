"""Spain: Facturae 3.2.x."""

from puntual.adapters.einvoice_es.facturae import invoices, read_facturae

__all__ = ["invoices", "read_facturae"]
