"""UBL 2.1: Peru (SUNAT), Colombia (DIAN, also inside AttachedDocument) and Europe (EN 16931)."""

from puntual.adapters.einvoice_ubl.envelope import read_ubl

__all__ = ["read_ubl"]
