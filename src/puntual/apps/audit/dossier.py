"""What an authority asks for: everything that was decided and done about a person in a period, with its proof."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import attrs
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from puntual.apps.audit import read
from puntual.apps.compliance import read as compliance
from puntual.apps.compliance import read_law
from puntual.apps.outreach import read as outreach
from puntual.apps.parties import read as parties
from puntual.apps.parties.models import Party
from puntual.apps.planning import read as planning
from puntual.core import reasons
from puntual.core.errors import UnusableInput
from puntual.core.time import local_instant
from puntual.core.time import zone as zone_named

#: The columns of the CSV, in order.
COLUMNS = (
    "momento", "clase", "cuenta", "canal", "resultado", "motivo", "regla", "cita", "norma", "politica", "huella",
    "cadena",
)  # fmt: skip


#: What each record is, in words.
KINDS = {"plan": _("Decisión del día"), "look": _("Última revisión"), "verdict": _("Última revisión"),
         "outcome": _("Qué pasó"), "sent": _("Qué pasó")}  # fmt: skip


@attrs.frozen
class Line:
    """One row of the dossier."""

    at: datetime
    kind: str
    account: str
    channel: str
    verdict: str
    reason: dict[str, Any]
    pack: str
    policy_version: int | None
    digest: str
    chain: str

    @property
    def words(self) -> str:
        """What it is, as people say it."""
        return str(KINDS.get(self.kind, self.kind))

    def as_json(self) -> dict[str, Any]:
        return {**attrs.asdict(self), "at": self.at.isoformat()}


@attrs.frozen
class Dossier:
    """Everything about one person in [start, end): decisions, contacts, the register of consents, situations."""

    party: int
    start: date
    end: date
    made_at: datetime
    intact: bool
    packs: dict[str, str]
    zone: str
    creditors: tuple[str, ...]
    heads: dict[str, str]
    decisions: tuple[Line, ...]
    contacts: tuple[dict[str, Any], ...]
    consents: tuple[dict[str, Any], ...]
    situations: tuple[dict[str, Any], ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "party": f"per_{self.party}",
            "from": self.start.isoformat(),
            "to": (self.end - timedelta(days=1)).isoformat(),
            "made_at": self.made_at.isoformat(),
            "intact": self.intact,
            "packs": self.packs,
            "heads": self.heads,
            "decisions": [line.as_json() for line in self.decisions],
            "contacts": list(self.contacts),
            "consents": list(self.consents),
            "situations": list(self.situations),
        }


def dossier(*, party: Party, start: date, last: date, creditor_id: int | None = None, made_at: datetime) -> Dossier:
    """The dossier from `start` to `last`, both included, in the zone of the (first) creditor of the person.

    `creditor_id`: only what was decided for that creditor; consents and stops are the person's, so they are whole.
    """
    if last < start:
        raise UnusableInput("El periodo termina antes de empezar: corrija las fechas.", field="to")
    accounts = list(party.accounts.select_related("creditor").order_by("pk"))
    accounts = [a for a in accounts if creditor_id in (None, a.creditor_id)]
    zone = accounts[0].creditor.zone if accounts else "UTC"
    end, where = last + timedelta(days=1), zone_named(zone)
    since, until = local_instant(start, time(0), zone), local_instant(end, time(0), zone)
    cites = {rule.id: rule.cite for pack in read_law.packs() for rule in pack.rules}
    ids = [a.pk for a in accounts]
    lines = [*_planned(ids, start, end, cites), *_looked(party.pk, set(ids), since, until, cites)]
    return Dossier(
        party=party.pk,
        start=start,
        end=end,
        made_at=made_at,
        intact=read.chains_hold(),
        zone=zone,
        creditors=tuple(a.creditor.name for a in accounts),
        packs={label: compliance.reviewer_of(label) for label in sorted({line.pack for line in lines if line.pack})},
        heads=read.heads(),
        decisions=tuple(sorted(lines, key=lambda line: line.at)),
        contacts=tuple(
            {
                "at": c.at.astimezone(where).isoformat(), "channel": c.channel, "direction": c.direction,
                "purpose": c.purpose, "direct_contact": c.direct_contact, "account": f"cta_{c.account_id}",
            }
            for c in reversed(outreach.contacts_of(party.pk, limit=100_000))
            if since <= c.at < until and c.account_id in ids
        ),
        consents=tuple(
            {
                "at": c.at.astimezone(where).isoformat(), "channel": c.channel, "status": c.status, "source": c.source,
                "basis": c.basis, "text": c.text, "proof": c.proof,
            }
            for c in reversed(compliance.consents_of(party.pk))
        ),
        situations=tuple(
            {"reason": s.reason, "since": s.since.isoformat(), "until": s.until and s.until.isoformat()}
            for s in compliance.situations_of(party.pk)
        ),
    )  # fmt: skip


def _planned(accounts: list[int], start: date, end: date, cites: dict[str, str]) -> Iterator[Line]:
    """What each day decided: contacts and non-contacts alike, with the chain of the day that holds them."""
    rows = planning.rows_between(accounts, start, end)
    marks = read.plan_marks(sorted({row.plan_id for row in rows}))
    for row in rows:
        mark = marks.get(row.plan_id)
        yield Line(
            row.plan.as_of, "plan", f"cta_{row.account_id}", row.channel or "", row.verdict,
            reasons.as_json(row.reason, rule=row.rule, cite=cites.get(row.rule or "")), row.pack or "",
            row.policy_version_id, mark.digest if mark else "", mark.chain if mark else "",
        )  # fmt: skip


def _looked(party: int, accounts: set[int], since: datetime, until: datetime, cites: dict[str, str]) -> Iterator[Line]:
    """The last looks before each send, and what became of it."""
    for row in read.decisions_of(party, since, until):
        if row.account_id in accounts:
            code = row.reason or "allowed"
            yield Line(
                row.at, row.kind, f"cta_{row.account_id}", row.channel, row.verdict,
                reasons.as_json(code, rule=row.rule or None, cite=cites.get(row.rule)), row.pack, row.policy_version_id,
                row.digest, row.chain,
            )  # fmt: skip


def as_csv(found: Dossier) -> str:
    """One table: decisions, then contacts, then the register, each named in «clase»."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for line in found.decisions:
        r = line.reason
        cells = [line.at.isoformat(), line.kind, line.account, line.channel, line.verdict, r["text"], r["rule"]]
        writer.writerow(_inert([*cells, r["cite"], line.pack, line.policy_version, line.digest, line.chain]))
    for c in found.contacts:
        writer.writerow(_inert([c["at"], "contacto", c["account"], c["channel"], c["direction"], c["purpose"]]))
    for c in found.consents:
        said = f"{c['basis']} {c['text']}".strip()
        writer.writerow(_inert([c["at"], "registro", "", c["channel"], c["status"], said, c["source"], c["proof"]]))
    return out.getvalue()


def _inert(cells: list[Any]) -> list[str]:
    """Cells that no spreadsheet takes for a formula."""
    text = ["" if cell is None else str(cell) for cell in cells]
    return [f"'{t}" if t[:1] in ("=", "+", "-", "@") else t for t in text]


def as_html(found: Dossier) -> str:
    """The dossier as a paper."""
    last = found.end - timedelta(days=1)
    with timezone.override(found.zone):
        context = {"found": found, "person": parties.person(found.party), "last": last, "kinds": KINDS}
        return render_to_string("audit/dossier.html", context)


def as_pdf(found: Dossier) -> bytes:
    """The dossier as a PDF; it fetches nothing."""
    from puntual.apps.portal.papers import pdf

    return pdf(as_html(found))
