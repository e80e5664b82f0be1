"""The only reader of consents and situations."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from puntual.apps import bulk
from puntual.apps.compliance.models import Consent, Situation
from puntual.core.frames import CONSENTS, HOLDS


def consents_frame() -> pl.DataFrame:
    """Every grant and withdrawal of everybody (frames.CONSENTS): the gate judges which one rules."""
    return bulk.read_frame("SELECT party_id AS party, channel, status, at, source FROM compliance_consent", CONSENTS)


def situations_frame() -> pl.DataFrame:
    """Situations that stop automation, as holds over the whole person (frames.HOLDS)."""
    return bulk.read_frame(
        "SELECT NULL AS due_item, NULL AS account, party_id AS party, reason, NULL AS held_minor, until, "
        "NULL AS remind_on FROM compliance_situation",
        HOLDS,
    )


def consents_of(party_id: int) -> list[Consent]:
    """The register of one person, newest first."""
    return list(Consent.objects.filter(party_id=party_id).order_by("-at", "-pk"))


def situations_of(party_id: int) -> list[Situation]:
    return list(Situation.objects.filter(party_id=party_id).order_by("-since"))


def consents_of_many(party_ids: Iterable[int]) -> pl.DataFrame:
    """The register of a few people (frames.CONSENTS), for the gate at the moment of a send."""
    wanted = sorted(set(party_ids))
    marks = ", ".join(["%s"] * len(wanted))
    return bulk.read_frame(
        f"SELECT party_id AS party, channel, status, at, source FROM compliance_consent WHERE party_id IN ({marks})",
        CONSENTS,
        tuple(wanted),
    )
