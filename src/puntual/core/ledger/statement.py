"""What cash application is about: lines of a bank, customers with what is known of them, documents that are open."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal

import attrs

from puntual.core.ledger.allocation import Strategy


@attrs.frozen
class Line:
    """One movement of a bank account. `text`: concept and reference as the bank wrote them; `payer`: who it says
    paid.
    """

    line: int
    on: date
    amount_minor: int
    currency: str
    text: str = ""
    payer: str = ""
    payer_account: str = ""


@attrs.frozen
class Customer:
    """An account and what identifies its payments. Aliases and payer accounts are what people confirmed before."""

    account: int
    name: str
    tax_ids: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    payer_accounts: tuple[str, ...] = ()


@attrs.frozen
class Open:
    """An open due item. `document`: its number as the customer sees it; `request`: the payment request it hangs on;
    `charged`: it bears interest or fees; `asked`: (request, amount) of every payment request that names it: each is a
    reference that somebody may have written down.
    """

    due_item: int
    account: int
    document: str
    due_on: date
    open_minor: int
    currency: str
    request: int | None = None
    charged: bool = False
    asked: tuple[tuple[int, int], ...] = ()


@attrs.frozen
class Withholding:
    """A tax that the customer keeps and pays for us: `pct` of the document's total."""

    kind: str
    pct: Decimal


@attrs.frozen
class MatchRules:
    """`automatic_from`: confidence (0-100) from which nobody is asked. `short_minor`: a difference that is forgiven.
    `strategy`: to which documents a part goes that names none.
    """

    automatic_from: int = 90
    short_minor: int = 0
    withholdings: tuple[Withholding, ...] = ()
    similar_from: float = 0.86
    similar_gap: float = 0.05
    strategy: Strategy = Strategy.OLDEST


@attrs.frozen
class Deduction:
    """What the customer did not pay and should be booked as its own entry: a withholding or a small difference."""

    due_item: int
    kind: str
    amount_minor: int


@attrs.frozen
class Proposal:
    """What to do with one line. parts + unapplied = the line's amount, always; deductions come on top of the parts.

    `account` None: nobody knows. `automatic`: apply without asking. `alternatives`: other accounts that it may be of.
    """

    line: int
    account: int | None
    parts: tuple[tuple[int, int], ...]
    unapplied_minor: int
    confidence: int
    reasons: tuple[str, ...]
    automatic: bool = False
    deductions: tuple[Deduction, ...] = ()
    alternatives: tuple[int, ...] = ()


_NOT_WORD = re.compile(r"[^A-Z0-9]+")
#: Words of names and concepts that identify nobody.
_LEGAL_FORMS = {"SA", "DE", "CV", "SAS", "SAC", "SRL", "LTDA", "SPA", "EIRL", "SAPI", "RL", "CIA", "INC"}
_SMALL_WORDS = {"Y", "E", "DEL", "LA", "LAS", "LOS", "EL", "DA", "DO", "DOS", "POR"}
_BANK_WORDS = {
    "PAGO", "PAGOS", "FACTURA", "FAC", "FACT", "SPEI", "RECIBIDO", "TRANSFERENCIA", "TRANSF", "ABONO", "DEPOSITO",
    "DEP", "CUENTA", "REF", "REFERENCIA", "CONCEPTO", "CLIENTE", "PIX", "TEF",
}  # fmt: skip
_EMPTY_WORDS = frozenset(_LEGAL_FORMS | _SMALL_WORDS | _BANK_WORDS)


def words(text: str) -> list[str]:
    """Capital letters and digits without accents, cut where anything else stands."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().upper()
    return [word for word in _NOT_WORD.split(plain) if word]


def name_key(name: str) -> str:
    """A name as compared: without accents, legal forms and empty words, in its own order."""
    return " ".join(word for word in words(name) if word not in _EMPTY_WORDS)


def document_key(document: str) -> str:
    """A document's number as searched for: F-000123, f 000123 and F000123 are one."""
    return "".join(words(document))
