"""The only reader of what clients handed over: terms, layouts, placements, files; and the pause of what they took
back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import attrs
import polars as pl
import yaml
from django.db.models import Count, Q

from puntual.apps import bulk
from puntual.apps.clients.choices import RETURN
from puntual.apps.clients.models import FileLayout, Placement, Received, ReturnFile, Terms
from puntual.apps.parties import vault
from puntual.apps.parties.models import Account
from puntual.apps.receivables import read_collected
from puntual.apps.receivables import read_screens as books
from puntual.core.clients import COLLECTED, CommissionTerms, ReturnLayout, earned, parse_return_layout, terms_from
from puntual.core.errors import UnusableInput
from puntual.core.frames import HOLDS, conform

#: What a return file holds where nobody has declared the client's own layout.
PLAIN_RETURN = """columns:
  Cliente: customer_code
  Fecha: "on"
  Hora: time
  Canal: channel
  Resultado: result
  Detalle: result_text
  Importe: amount
  Moneda: currency
  Promete para: promised_on
  Atendió: agent
codes: {}
format: csv
delimiter: ","
dates: yyyy-mm-dd
decimals: punto
"""


def terms(creditor_id: int, on: date) -> Terms | None:
    """The terms in force on a day."""
    return Terms.objects.filter(creditor_id=creditor_id, valid_from__lte=on).order_by("-valid_from").first()


def all_terms(creditor_id: int) -> list[Terms]:
    """Every agreement there was, the newest first."""
    return list(Terms.objects.filter(creditor_id=creditor_id).order_by("-valid_from"))


def layout_text(creditor_id: int, purpose: str) -> str:
    """The declared layout as YAML; empty if there is none."""
    found = FileLayout.objects.filter(creditor_id=creditor_id, purpose=purpose).first()
    return found.text if found else ""


def return_layout(creditor_id: int) -> ReturnLayout:
    """How the client wants its return file; a plain one until it says."""
    return parse_return_layout(yaml.safe_load(layout_text(creditor_id, RETURN) or PLAIN_RETURN))


def received(creditor_id: int, limit: int = 20) -> list[Received]:
    """The last files of the client."""
    return list(Received.objects.filter(creditor_id=creditor_id).select_related("by").order_by("-at")[:limit])


def returned(creditor_id: int, limit: int = 20) -> list[ReturnFile]:
    """The last return files, without their content."""
    return list(ReturnFile.objects.filter(creditor_id=creditor_id).defer("sealed").order_by("-number")[:limit])


def return_file(creditor_id: int, number: int) -> tuple[str, bytes] | None:
    """(name, bytes) of a return file, as it was. None once somebody in it was erased: the client has its own."""
    found = ReturnFile.objects.filter(creditor_id=creditor_id, number=number).first()
    return (found.name, vault.unseal_file(found.sealed)) if found and found.sealed else None


@attrs.frozen
class Held:
    """How many accounts are in our hands, and how many were taken back."""

    active: int
    withdrawn: int


def held(creditor_id: int) -> Held:
    """What the client has with us."""
    counted = Placement.objects.filter(creditor_id=creditor_id).aggregate(
        active=Count("pk", filter=Q(withdrawn_on=None)), withdrawn=Count("pk", filter=~Q(withdrawn_on=None))
    )
    return Held(counted["active"], counted["withdrawn"])


def active_of(account_ids: Iterable[int]) -> dict[int, Placement]:
    """account -> its placement, for those in our hands."""
    found: dict[int, Placement] = {}
    for piece in bulk.chunks(sorted(set(account_ids))):
        found |= {p.account_id: p for p in Placement.objects.filter(account_id__in=piece, withdrawn_on=None)}
    return found


def holds_frame() -> pl.DataFrame:
    """Accounts that their client took back and has not given again: nothing is sent to them (frames.HOLDS)."""
    return bulk.read_frame(
        "SELECT NULL AS due_item, p.account_id AS account, a.party_id AS party, 'taken_back' AS reason, "
        "NULL AS held_minor, NULL AS until, NULL AS remind_on "
        "FROM clients_placement p JOIN parties_account a ON a.id = p.account_id "
        "GROUP BY p.account_id, a.party_id HAVING COUNT(*) = COUNT(p.withdrawn_on)",
        HOLDS,
    )


def commission(creditor_id: int, start: date, end: date) -> pl.DataFrame:
    """What the money of [start, end) earned (core.clients.EARNED), each day by the terms in force on it.

    UnusableInput where money came in and no terms rule that day.
    """
    collected = _placed(read_collected.applied_between(creditor_id, start, end), creditor_id)
    parts = []
    for since, until, rules in _ruling(creditor_id, start, end):
        rows = collected.filter((pl.col("on") >= since) & (pl.col("on") < until))
        if rows.height and rules is None:
            raise UnusableInput(
                f"Entre el {since.isoformat()} y el {(until - timedelta(days=1)).isoformat()} hubo cobros y no hay una "
                "comisión acordada: declárela con su fecha."
            )
        if rules is not None:
            parts.append(earned(rows, rules))
    return pl.concat(parts).sort("on", "account", "due_item") if parts else earned(collected.clear(), _NO_TERMS)


def names_of(account_ids: Iterable[int]) -> dict[int, str]:
    """account -> the name of its person, or its code."""
    return books.names_of(Account.objects.filter(pk__in=sorted(set(account_ids))))


_NO_TERMS = terms_from({"rates": [{"from_days": 0, "pct": "0"}]})


def _placed(applied: pl.DataFrame, creditor_id: int) -> pl.DataFrame:
    """Applied money with the placement of its account: the last one that had begun by then."""
    rows = Placement.objects.filter(creditor_id=creditor_id).values("account_id", "assigned_on", "withdrawn_on")
    placed = pl.DataFrame(
        list(rows), schema={"account_id": pl.Int64, "assigned_on": pl.Date, "withdrawn_on": pl.Date}
    ).sort("assigned_on")
    joined = applied.sort("on").join_asof(
        placed, left_on="on", right_on="assigned_on", by_left="account", by_right="account_id", check_sortedness=False
    )
    return conform(joined.filter(pl.col("assigned_on").is_not_null()), COLLECTED)


def _ruling(creditor_id: int, start: date, end: date) -> list[tuple[date, date, CommissionTerms | None]]:
    """The stretches of [start, end) with the terms of each."""
    known = sorted(all_terms(creditor_id), key=lambda t: t.valid_from)
    cuts = sorted({start, end, *(t.valid_from for t in known if start < t.valid_from < end)})
    found: list[tuple[date, date, CommissionTerms | None]] = []
    for since, until in zip(cuts, cuts[1:]):
        rules: dict[str, Any] | None = next((t.document for t in reversed(known) if t.valid_from <= since), None)
        found.append((since, until, terms_from(rules) if rules else None))
    return found
