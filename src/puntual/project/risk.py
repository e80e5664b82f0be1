"""Bound for Riesgo y segmentos: score a portfolio now, and two policies over the company's own past."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from puntual.apps.parties.models import Creditor
from puntual.apps.policies import read as policies
from puntual.apps.segments.models import Scoring
from puntual.core.errors import UnusableInput
from puntual.core.policy import PolicyInForce
from puntual.core.time import local_date
from puntual.pipeline import telling
from puntual.pipeline.scoring import Scored, score_day
from puntual.pipeline.simulate import Replay, replay
from puntual.project.cli.payment_history import learner


def score(creditor: Creditor) -> dict[str, Any]:
    """What the night does, for a portfolio small enough to wait for."""
    return understand(creditor, datetime.now(UTC)).as_json()


def told(scoring: Scoring, due_items: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """Why those items are predicted so, for a page that shows them."""
    return telling.told(scoring, due_items, learner())


def understand(creditor: Creditor, as_of: datetime) -> Scored:
    """Score a portfolio on the morning of an instant, with whoever can learn here."""
    return score_day(creditor=creditor, as_of=as_of, learner=learner())


def compare(creditor: Creditor, a: int, b: int, days: int) -> dict[str, Any]:
    """The last days under each policy: rows (label, one, other), the estimate by currency, and what stands out."""
    end = local_date(datetime.now(UTC), creditor.zone) - timedelta(days=1)
    start = end - timedelta(days=days - 1)
    one, other = (
        replay(creditor=creditor, policy=_version(creditor, pk).policy, start=start, end=end) for pk in (a, b)
    )
    money = [
        (currency, one.estimated[currency], other.estimated[currency])
        for currency in sorted({*one.estimated, *other.estimated})
    ]
    spent = [(creditor.currency, one.cost_minor, other.cost_minor)] if one.costs else []
    return {
        "spent": spent,
        "names": (one.policy, other.policy), "rows": _rows(one, other), "money": money,
        "label": one.as_json()["expected_recovery"]["label"], "finding": _finding(one, other),  # type: ignore[index]
    }  # fmt: skip


def _version(creditor: Creditor, policy_id: int) -> PolicyInForce:
    """The version in force, or the last one written of a policy that never was."""
    version = policies.version_in_force(policy_id, datetime.now(UTC))
    version = version or next(iter(policies.versions_of(policy_id)), None)
    if version is None:
        raise UnusableInput("Esa política todavía no tiene nada escrito.")
    return PolicyInForce(version.pk, policies.parse_text(version.text))


def _rows(one: Replay, other: Replay) -> list[tuple[str, int, int]]:
    from puntual.core.reasons import sentence
    from puntual.ui.channels import CHANNELS

    rows = [(_("Contactos"), one.contacts.total(), other.contacts.total())]
    rows += [
        (_("por %(c)s") % {"c": CHANNELS[c][0] if c in CHANNELS else c}, one.contacts[c], other.contacts[c])
        for c in sorted({*one.contacts, *other.contacts})
    ]
    rows.append((_("Personas contactadas"), len(one.parties), len(other.parties)))
    rows.append((_("Decisiones para una persona"), one.tasks, other.tasks))
    refused = {*one.legal_refusals, *other.legal_refusals}
    rows += [
        (_("La norma lo impidió o aplazó: %(r)s") % {"r": sentence(r)}, one.legal_refusals[r], other.legal_refusals[r])
        for r in sorted(refused)
    ]
    # Each day that somebody is left alone counts: these are the days of all accounts together.
    rows += [
        (_("Días sin contacto: %(r)s") % {"r": sentence(r)}, one.skips[r], other.skips[r])
        for r in sorted({*one.skips, *other.skips})
    ]
    return rows


def _finding(one: Replay, other: Replay) -> str:
    a, b = one.contacts.total(), other.contacts.total()
    if a == b:
        return _("Las dos habrían hecho los mismos contactos: %(n)s.") % {"n": a}
    more, less = (one, other) if a > b else (other, one)
    values = {"m": more.policy, "l": less.policy, "n": abs(a - b)}
    return _("«%(m)s» habría hecho %(n)s contactos más que «%(l)s».") % values
