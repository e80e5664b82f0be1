"""Ecuador: factura, nota de crédito and nota de débito of the SRI, alone or inside their authorisation."""

from puntual.adapters.einvoice_ec.sri import read_sri

__all__ = ["read_sri"]
