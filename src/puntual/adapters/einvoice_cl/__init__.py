"""Chile: DTE of the SII, alone or in an envelope (EnvioDTE)."""

from puntual.adapters.einvoice_cl.dte import read_dte

__all__ = ["read_dte"]
