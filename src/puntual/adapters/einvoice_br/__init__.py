"""Brazil: NF-e 4.00."""

from puntual.adapters.einvoice_br.nfe import read_nfe

__all__ = ["read_nfe"]
