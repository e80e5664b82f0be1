"""What kind of file this is, by its content first and its name last (`--format auto`)."""

from __future__ import annotations

import re

from puntual.adapters.xml_safe import XmlRefused, local_name, parse
from puntual.core.errors import UnusableInput

_ROOTS = {
    "AttachedDocument": "ubl", "Invoice": "ubl", "CreditNote": "ubl", "DebitNote": "ubl",
    "DTE": "dte", "EnvioDTE": "dte", "EnvioBOLETA": "dte", "SetDTE": "dte",
    "nfeProc": "nfe", "NFe": "nfe",
    "factura": "sri", "notaCredito": "sri", "notaDebito": "sri", "autorizacion": "sri",
    "RespuestaAutorizacionComprobante": "sri", "comprobanteRetencion": "sri", "guiaRemision": "sri",
    "Facturae": "facturae", "CrossIndustryInvoice": "facturx",
}  # fmt: skip
_ROOT_TAG = re.compile(rb"<(?![?!])(?:[\w.-]+:)?([A-Za-z][\w.-]*)([^>]*)")
_CFDI_TYPE = re.compile(rb"TipoDeComprobante\s*=\s*[\"']([A-Z])[\"']")
_ZIPPED_SHEETS = (b"xl/%s" % b"workbook", b"content.xml", b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet")
_ADVICE = "Use --format para decir cuál es, o guarde el archivo como CSV o XLSX."


def detect(data: bytes, filename: str) -> str:
    """One of the formats of CONTRACT. UnusableInput, with what to do, if the content is none of them."""
    head = data[:4096]
    if not data.strip(b"\0 \t\r\n"):
        raise UnusableInput(f"{filename}: el archivo está vacío.")
    if head.startswith(b"%PDF"):
        return "facturx"
    if head.startswith(b"PK\x03\x04"):
        if any(mark in data for mark in _ZIPPED_SHEETS):
            return "xlsx"
        raise UnusableInput(f"{filename}: es un ZIP sin documentos conocidos. {_ADVICE}")
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "xlsx"
    if head.lstrip().startswith((b"OFXHEADER", b"<OFX>")) or b"<?OFX" in head:
        return "ofx"
    if b":20:" in head and (b":60F:" in data or b":60M:" in data) and b":61:" in data + b":61:":
        return "mt940"
    if _looks_like_xml(head):
        return _xml_format(data, filename)
    return _table_format(head, filename)


def _looks_like_xml(head: bytes) -> bool:
    return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") or head[:4] in (b"\xff\xfe<\0", b"\xfe\xff\0<")


def _xml_format(data: bytes, filename: str) -> str:
    """From the first tag where the bytes are plain; from the parsed root where they are not."""
    found = _ROOT_TAG.search(data[:65536])
    name = found.group(1).decode() if found else ""
    if name == "Document" and b"camt.05" in data[:8192]:
        return "camt053"
    if name == "Comprobante":
        kind = _CFDI_TYPE.search(data[:65536])
        return "rep" if kind and kind.group(1) == b"P" else "cfdi"
    if name in _ROOTS:
        return _ROOTS[name]
    if not found:
        try:
            root = parse(data)
        except XmlRefused as error:
            raise UnusableInput(f"{filename}: {error.sentence}") from None
        name = local_name(root)
        if name == "Comprobante":
            return "rep" if root.get("TipoDeComprobante") == "P" else "cfdi"
        if name in _ROOTS:
            return _ROOTS[name]
    raise UnusableInput(f"{filename}: es un XML, pero su raíz «{name}» no es de un documento conocido. {_ADVICE}")


def _table_format(head: bytes, filename: str) -> str:
    if b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")) and head.count(b"\0") < len(head) // 4:
        raise UnusableInput(f"{filename}: no es un archivo de texto ni una hoja de cálculo. {_ADVICE}")
    return "csv"
