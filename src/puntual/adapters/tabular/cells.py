"""Small vocabularies of cells: currencies, countries, yes and no, kinds of document, of debtor and of role."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from puntual.core.customers.identity import plain
from puntual.ports.einvoice import CREDIT_NOTE, INVOICE

_CURRENCIES = {
    "mn": "MXN", "m n": "MXN", "mxp": "MXN", "peso mexicano": "MXN", "pesos mexicanos": "MXN",
    "dolares": "USD", "dolar": "USD", "dlls": "USD", "dls": "USD", "us": "USD", "usd": "USD", "u s": "USD",
    "soles": "PEN", "sol": "PEN", "s": "PEN", "euros": "EUR", "euro": "EUR", "reales": "BRL", "r": "BRL",
    "uf": "CLF", "guaranies": "PYG", "colones": "CRC", "quetzales": "GTQ", "balboas": "PAB", "lempiras": "HNL",
}  # fmt: skip
_COUNTRIES = {
    "mexico": "MX", "mex": "MX", "colombia": "CO", "col": "CO", "peru": "PE", "per": "PE", "chile": "CL", "chl": "CL",
    "argentina": "AR", "arg": "AR", "ecuador": "EC", "ecu": "EC", "brasil": "BR", "brazil": "BR", "bra": "BR",
    "espana": "ES", "spain": "ES", "esp": "ES", "estados unidos": "US", "usa": "US", "eeuu": "US",
    "united states": "US",
    "costa rica": "CR", "cri": "CR", "panama": "PA", "pan": "PA", "guatemala": "GT", "gtm": "GT", "honduras": "HN",
    "el salvador": "SV", "nicaragua": "NI", "bolivia": "BO", "paraguay": "PY", "uruguay": "UY", "venezuela": "VE",
    "republica dominicana": "DO", "reino unido": "GB", "united kingdom": "GB", "uk": "GB",
}  # fmt: skip
_YES = {"si", "s", "yes", "y", "true", "verdadero", "1", "x", "sim"}
_DEBTORS = {
    "empresa": "business", "negocio": "business", "moral": "business", "persona moral": "business",
    "juridica": "business", "persona juridica": "business", "business": "business", "company": "business",
    "fisica": "consumer",
    "persona fisica": "consumer", "natural": "consumer", "persona natural": "consumer", "consumidor": "consumer",
    "persona": "consumer", "individual": "consumer", "consumer": "consumer", "banco": "financial",
    "financiera": "financial", "financial": "financial",
}  # fmt: skip
_ROLES = {
    "titular": "debtor", "cliente": "debtor", "deudor": "debtor", "pagos": "payer", "cuentas por pagar": "payer",
    "tesoreria": "payer", "pagador": "payer", "payer": "payer", "accounts payable": "payer", "jefe": "boss",
    "gerente": "boss", "director": "boss", "dueno": "boss", "responsable": "boss", "boss": "boss", "legal": "legal",
    "abogado": "legal", "juridico": "legal", "aval": "guarantor", "garante": "guarantor", "codeudor": "guarantor",
    "fiador": "guarantor", "guarantor": "guarantor", "debtor": "debtor", "contabilidad": "payer", "compras": "payer",
}  # fmt: skip
#: People who owe nothing and of whom nothing is kept.
_THIRD_PARTY = re.compile(
    r"\b(?:referencia|reference|familiar|pariente|vecin[oa]|conocid[oa]|amig[oa]|terceros?|madre|padre|herman[oa]"
    r"|espos[oa]|conyuge|hij[oa]|companer[oa])\b"
)
_CREDIT = re.compile(
    r"\b(?:nc|n c|nota de credito|nota credito|credito|credit note|credit memo|egreso|devolucion|abono)\b"
)


def _key(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", plain(text)).strip()


def mapped(cells: Sequence[str], judge: Callable[[str], str]) -> list[str]:
    """Each cell judged, every distinct text only once."""
    known = {cell: judge(cell) for cell in set(cells)}
    return [known[cell] for cell in cells]


@lru_cache(maxsize=1024)
def currency(text: str) -> str:
    """An ISO code, or empty if the cell names none («$» and «pesos» say nothing: the default rules)."""
    bare = text.strip().upper()
    if len(bare) == 3 and bare.isascii() and bare.isalpha() and bare not in ("MXP", "DLS"):
        return bare
    return _CURRENCIES.get(_key(text), "")


@lru_cache(maxsize=1024)
def country(text: str) -> str:
    """ISO 3166 of two letters, or empty if the cell names none."""
    bare = text.strip().upper()
    if len(bare) == 2 and bare.isascii() and bare.isalpha():
        return "GB" if bare == "UK" else bare
    return _COUNTRIES.get(_key(text), "")


def yes(text: str) -> bool:
    """Whether the cell says yes."""
    return _key(text) in _YES


def flag(text: str) -> str:
    """`1` if the cell says yes, else empty."""
    return "1" if yes(text) else ""


def debtor(text: str) -> str:
    """business, consumer, financial, or empty."""
    return _DEBTORS.get(_key(text), "")


def role(text: str) -> str:
    """The role of a contact: `reference` for somebody else's (never kept); the debtor itself if the cell says nothing
    known."""
    if _THIRD_PARTY.search(_key(text)):
        return "reference"
    return _ROLES.get(_key(text), "debtor")


def document_kind(text: str) -> str:
    """Whether a cell of document type names a credit note."""
    return CREDIT_NOTE if _CREDIT.search(_key(text)) or _key(text) in ("e", "61", "07") else INVOICE
