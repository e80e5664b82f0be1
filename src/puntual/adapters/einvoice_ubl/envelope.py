"""Opens the envelope, if there is one, and hands the document to the reader of its dialect."""

from __future__ import annotations

from puntual.adapters.einvoice_ubl import colombia, europe, peru
from puntual.adapters.xml_safe import Element, child, children, local_name, parse, text
from puntual.core.errors import UnusableInput
from puntual.ports.einvoice import InvoiceRecord

DOCUMENTS = ("Invoice", "CreditNote", "DebitNote")


def read_ubl(root: Element, filename: str) -> list[InvoiceRecord]:
    """The invoice, credit or debit note. UnusableInput if the document is of another kind."""
    if local_name(root) == "AttachedDocument":
        root = attached(root)
    if local_name(root) not in DOCUMENTS:
        raise UnusableInput(f"No es una factura ni una nota en UBL: su raíz es «{local_name(root)}».")
    return [_dialect(root).read(root, filename)]


def attached(root: Element) -> Element:
    """The invoice that DIAN's AttachedDocument carries as text."""
    inner = text(root, "Attachment", "ExternalReference", "Description")
    if not inner:
        raise UnusableInput("El AttachedDocument no trae la factura dentro (cac:Attachment).")
    return parse(inner.encode())


def _dialect(root: Element):  # type: ignore[no-untyped-def]
    """Colombia signs with a CUFE or CUDE; Peru names its taxpayers with catalogue 06; the rest is EN 16931."""
    uuid = child(root, "UUID")
    if "DIAN" in text(root, "ProfileID") or (uuid is not None and (uuid.get("schemeName") or "")[:2] in ("CU",)):
        return colombia
    supplier = child(root, "AccountingSupplierParty", "Party")
    country = text(supplier, "PartyLegalEntity", "RegistrationAddress", "Country", "IdentificationCode")
    identification = child(supplier, "PartyIdentification", "ID")
    scheme = identification.get("schemeID") if identification is not None else ""
    terms = {text(t, "ID") for t in children(root, "PaymentTerms")}
    if country == "PE" or scheme == "6" or "FormaPago" in terms:
        return peru
    return europe
