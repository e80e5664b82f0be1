"""Which words a message says: the creditor's own that fit it best, else those that come with the product."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import attrs
import polars as pl

from puntual.apps.outreach import shipped
from puntual.apps.outreach.models import Template
from puntual.core.segments.draw import uniform

#: Countries whose people are written to in another language than Spanish, when theirs is not known.
_LANGUAGE_OF = {"BR": "pt", "US": "en", "GB": "en"}
#: What the record calls the base version while another is compared with it.
BASE = "A"


@attrs.frozen
class Asked:
    """What a message is for: who says it, what, by which channel, to whom."""

    creditor: int
    name: str
    channel: str
    language: str
    form: str = "usted"
    country: str = ""
    segment: str = ""
    tone: str = ""
    party: int = 0


@attrs.frozen
class Chosen:
    """Subject and text, in Liquid, and which version they are when two are compared. `accents`: of an SMS, where these
    words say it themselves."""

    subject: str
    text: str
    variant: str = ""
    own: bool = False
    accents: bool | None = None


def language_for(person_language: str, country: str) -> str:
    """The person's language among ours; when it is not known, that of the country."""
    return shipped.language_of(person_language or _LANGUAGE_OF.get(country, "es"))


def own_of(creditor_ids: Iterable[int]) -> list[Template]:
    """The words that those creditors wrote and use."""
    return list(Template.objects.filter(creditor_id__in=set(creditor_ids), active=True).order_by("pk"))


def choose(asked: Asked, own: Sequence[Template]) -> Chosen:
    """The creditor's words that say most about this very message; among their versions, the one drawn for the person,
    always the same. Without any, ours."""
    fit = [row for row in own if _fits(row, asked)]
    if not fit:
        return _ours(asked)
    best = max(_precision(row) for row in fit)
    versions = {row.variant: row for row in fit if _precision(row) == best}
    row = versions[drawn(asked, versions.values())] if len(versions) > 1 else next(iter(versions.values()))
    variant = (row.variant or BASE) if len(versions) > 1 else ""
    return Chosen(row.subject, row.text, variant, own=True, accents=row.accents)


def _ours(asked: Asked) -> Chosen:
    subject = shipped.shipped(asked.name, "asunto", asked.language, asked.form).strip()
    part = shipped.PART_OF.get(asked.channel, "correo")
    return Chosen(subject, shipped.shipped(asked.name, part, asked.language, asked.form))


def _fits(row: Template, asked: Asked) -> bool:
    same = (row.creditor_id, row.name, row.channel, row.language)
    if same != (asked.creditor, asked.name, asked.channel, asked.language):
        return False
    wanted = ((row.country, asked.country), (row.segment, asked.segment), (row.tone, asked.tone))
    return all(mine in ("", theirs) for mine, theirs in wanted)


def _precision(row: Template) -> int:
    """How much it says about a message: a segment weighs most, then a tone, then a country."""
    return 4 * (row.segment != "") + 2 * (row.tone != "") + (row.country != "")


def drawn(asked: Asked, versions: Iterable[Template]) -> str:
    """The version of one person, by a salted hash: for good, and without a table. The base («») keeps what the others'
    shares leave."""
    rows = sorted(versions, key=lambda row: row.variant)
    point = uniform(pl.Series([asked.party]), f"words:{asked.creditor}:{asked.name}:{asked.channel}:{asked.language}")
    reached = 0.0
    for row in rows:
        if row.variant:
            reached += row.share / 100
            if float(point[0]) < reached:
                return row.variant
    return rows[0].variant
