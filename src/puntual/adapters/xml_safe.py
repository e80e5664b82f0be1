"""XML from outside, parsed so that it can do no harm, and small helpers to read it.

Refused with a sentence: document type declarations (and with them every entity, internal or external), documents over
the size, depth or element limits, and what is not well formed. Nothing is fetched from anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from lxml import etree

from puntual.core.errors import UnusableInput
from puntual.core.money import exponent, round_major

#: One document. A bank statement may be larger than an invoice: readers of statements pass their own limit.
MAX_BYTES = 20 * 1024 * 1024
MAX_DEPTH = 60
MAX_ELEMENTS = 2_000_000

Element = Any

_PARSER_OPTIONS: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "attribute_defaults": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}
_TOO_DEEP = etree.XPath("boolean(" + "/*" * (MAX_DEPTH + 1) + ")")
_COUNT = etree.XPath("count(//*)")


class XmlRefused(UnusableInput):
    """The document is hostile, too large or not XML."""


def parse(data: bytes, *, max_bytes: int = MAX_BYTES) -> Element:
    """The root element. XmlRefused, with the reason in Spanish, if the document is not safe or not well formed."""
    if len(data) > max_bytes:
        raise XmlRefused(f"El archivo mide {len(data):,} bytes; el máximo es {max_bytes:,}. Divídalo en partes.")
    data = _plain_bytes(data)
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise XmlRefused("El XML declara un DOCTYPE o entidades: por seguridad no se lee. Pida el archivo original.")
    try:
        root = etree.fromstring(data, etree.XMLParser(**_PARSER_OPTIONS))
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise XmlRefused(f"El archivo no es un XML bien formado ({_first_line(error)}).") from None
    _check_tree(root, len(data))
    return root


def _check_tree(root: Element, size: int) -> None:
    info = root.getroottree().docinfo
    if info.internalDTD is not None or info.externalDTD is not None:
        raise XmlRefused("El XML declara un DOCTYPE o entidades: por seguridad no se lee. Pida el archivo original.")
    if _TOO_DEEP(root):
        raise XmlRefused(f"El XML tiene más de {MAX_DEPTH} niveles anidados: por seguridad no se lee.")
    if size > MAX_ELEMENTS * 4 and _COUNT(root) > MAX_ELEMENTS:  # an element takes four bytes at least: <a/>
        raise XmlRefused(f"El XML tiene más de {MAX_ELEMENTS:,} elementos: por seguridad no se lee.")


def _plain_bytes(data: bytes) -> bytes:
    """UTF-16 as UTF-8, so that the scan for declarations sees them; leading blanks before the prologue removed."""
    head = data[:4]
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") or head in (b"<\0?\0", b"\0<\0?"):
        encoding = (
            "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-16-le" if head[1] == 0 else "utf-16-be")
        )
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            raise XmlRefused("El XML dice ser UTF-16 pero tiene caracteres dañados.") from None
        if text.startswith("<?xml"):
            text = text[text.find("?>") + 2 :]
        return text.strip().encode()
    return data.lstrip(b" \t\r\n")


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0][:120] if str(error) else "vacío"


def local_name(element: Element) -> str:
    """The tag without its namespace: issuers disagree about prefixes, and Chile about the namespace itself."""
    tag = element.tag
    return tag[tag.rfind("}") + 1 :] if isinstance(tag, str) else ""


def namespace(element: Element) -> str:
    """The namespace of the element, or an empty text."""
    tag = element.tag
    return tag[1 : tag.rfind("}")] if isinstance(tag, str) and tag.startswith("{") else ""


def child(element: Element | None, *path: str) -> Element | None:
    """The first descendant along a path of local names, whatever their namespaces; None if a step is missing."""
    for name in path:
        if element is None:
            return None
        element = next((kid for kid in element if local_name(kid) == name), None)
    return element


def children(element: Element | None, name: str) -> Iterator[Element]:
    """The direct children of that local name."""
    if element is not None:
        yield from (kid for kid in element if local_name(kid) == name)


def text(element: Element | None, *path: str) -> str:
    """The stripped text at the end of a path of local names; empty if there is none."""
    found = child(element, *path)
    return (found.text or "").strip() if found is not None else ""


class FieldError(ValueError):
    """One field of a document is missing or wrong: becomes a RowError."""

    def __init__(self, field: str, value: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field, self.value, self.sentence = field, value, sentence


def required(value: str | None, field: str) -> str:
    """The value itself; FieldError if it is empty."""
    if not value:
        raise FieldError(field, "", f"Falta {field} en el documento.")
    return value


def amount(value: str | None, currency: str, field: str, *, default: int | None = None) -> int:
    """Minor units of a decimal text with a point. More decimals than the currency's are rounded half-up once."""
    if not value:
        if default is not None:
            return default
        raise FieldError(field, "", f"Falta {field} en el documento.")
    try:
        number = Decimal(value)
        if not number.is_finite():
            raise InvalidOperation
        return round_major(number, currency).minor
    except (InvalidOperation, OverflowError, ArithmeticError):
        raise FieldError(field, value, f"{field}: «{value[:40]}» no es un importe.") from None


def currency_code(value: str | None, field: str) -> str:
    """An ISO currency code; FieldError if it is none."""
    try:
        exponent(value or "")
    except UnusableInput as error:
        raise FieldError(field, value or "", error.sentence) from None
    assert value
    return value


def iso_date(value: str | None, field: str) -> date:
    """The date of an ISO date or instant (the wall date that the issuer wrote)."""
    try:
        return date.fromisoformat((value or "")[:10])
    except ValueError:
        raise FieldError(field, value or "", f"{field}: «{(value or '')[:40]}» no es una fecha.") from None


def optional_iso_date(value: str | None, field: str) -> date | None:
    """Like `iso_date`, but an absent value is None."""
    return iso_date(value, field) if value else None
