"""Mexico: CFDI 4.0 (and 3.3) of income and credit note, and the payment complement (REP, Pagos 2.0 and 1.0)."""

from puntual.adapters.einvoice_mx.cfdi import read_cfdi
from puntual.adapters.einvoice_mx.rep import read_rep

__all__ = ["read_cfdi", "read_rep"]
