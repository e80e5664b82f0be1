"""The XML inside a Factur-X or ZUGFeRD PDF, without a PDF library.

An embedded file is always a stream object of its own (PDF 32000-1, 7.5.7 forbids streams inside object streams), so it
is enough to walk the streams of the file and inflate, within a limit, those that may hold the invoice.
"""

from __future__ import annotations

import re
import zlib

from puntual.adapters.xml_safe import MAX_BYTES
from puntual.core.errors import UnusableInput

_STREAM = re.compile(rb"<<((?:[^<>]|<<[^<>]*>>|<[^<>]*>)*)>>\s*stream\r?\n", re.DOTALL)
_MAX_STREAMS = 5000


def embedded_xml(pdf: bytes) -> bytes:
    """The invoice's XML. UnusableInput if the PDF is encrypted or carries no invoice."""
    if len(pdf) > MAX_BYTES:
        raise UnusableInput(f"El PDF mide {len(pdf):,} bytes; el máximo es {MAX_BYTES:,}.")
    if b"/Encrypt" in pdf[-4096:] or b"/Encrypt " in pdf[:4096]:
        raise UnusableInput("El PDF está cifrado: guárdelo sin contraseña y vuelva a cargarlo.")
    for seen, found in enumerate(_STREAM.finditer(pdf)):
        if seen > _MAX_STREAMS:
            break
        if b"/Image" in found.group(1) or b"/Font" in found.group(1):
            continue
        end = pdf.find(b"endstream", found.end())
        content = _inflated(found.group(1), pdf[found.end() : end if end > 0 else len(pdf)])
        if b"CrossIndustryInvoice" in content[:4000] or b"CrossIndustryDocument" in content[:4000]:
            return content
    raise UnusableInput("El PDF no trae una factura electrónica dentro (Factur-X): cargue el XML, o escriba sus datos.")


def _inflated(dictionary: bytes, raw: bytes) -> bytes:
    if b"FlateDecode" not in dictionary and b"/Fl" not in dictionary:
        return raw
    try:
        return zlib.decompressobj().decompress(raw, MAX_BYTES)
    except zlib.error:
        return b""
