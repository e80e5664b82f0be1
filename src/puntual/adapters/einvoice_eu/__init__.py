"""Europe: EN 16931 in CII, alone or inside a Factur-X / ZUGFeRD PDF."""

from puntual.adapters.einvoice_eu.cii import read_cii
from puntual.adapters.einvoice_eu.facturx import embedded_xml

__all__ = ["embedded_xml", "read_cii"]
