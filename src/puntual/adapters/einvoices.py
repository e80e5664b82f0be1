"""Every XML (or PDF) document that becomes records: one explicit table from format to reader."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from puntual.adapters.documents import Reads, read_document, read_tree, refused
from puntual.adapters.einvoice_br import read_nfe
from puntual.adapters.einvoice_cl import read_dte
from puntual.adapters.einvoice_cl.dte import documents
from puntual.adapters.einvoice_ec import read_sri
from puntual.adapters.einvoice_es import invoices, read_facturae
from puntual.adapters.einvoice_eu import embedded_xml, read_cii
from puntual.adapters.einvoice_mx import read_cfdi, read_rep
from puntual.adapters.einvoice_ubl import read_ubl
from puntual.adapters.xml_safe import Element, XmlRefused, local_name, parse
from puntual.core.errors import UnusableInput
from puntual.ports.einvoice import Batch

#: Documents that hold exactly one invoice (or one set of payments).
_SINGLE: dict[str, Reads] = {"cfdi": read_cfdi, "rep": read_rep, "ubl": read_ubl, "nfe": read_nfe, "sri": read_sri}


def read(data: bytes, filename: str, format: str) -> Batch:
    """The records of one document, or the errors that kept it (or its parts) out."""
    if format in _SINGLE:
        return read_document(data, filename, format, _SINGLE[format])
    try:
        if format == "dte":
            root = parse(data)
            return _many(documents(root), filename, format, lambda: read_dte)
        if format == "facturae":
            root = parse(data)
            return _many(invoices(root), filename, format, lambda: read_facturae(root))
        return _facturx(data, filename)
    except UnusableInput as error:
        return refused(filename, format, error.sentence)


def _many(nodes: Sequence[Element], filename: str, format: str, reader: Callable[[], Reads]) -> Batch:
    """Each document of an envelope stands alone: one that is wrong does not keep its neighbours out."""
    if not nodes:
        return refused(filename, format, "El archivo no trae ningún documento.")
    reads = reader()
    parts = [read_tree(node, filename, format, reads) for node in nodes]
    return Batch(
        format,
        tuple(r for p in parts for r in p.records),
        tuple(e for p in parts for e in p.errors),
        read=len(nodes),
    )


def _facturx(data: bytes, filename: str) -> Batch:
    xml = embedded_xml(data) if data.startswith(b"%PDF") else data
    try:
        root = parse(xml)
    except XmlRefused as error:
        return refused(filename, "facturx", error.sentence)
    return read_tree(root, filename, "facturx", read_cii if local_name(root) == "CrossIndustryInvoice" else read_ubl)
