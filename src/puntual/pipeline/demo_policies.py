"""The demonstration's second policy, and the experiment that asks whether it is as good as the first: the same steps,
two reminders fewer. Half of one company's customers follow each while the demonstration lives its last weeks."""

from __future__ import annotations

from datetime import datetime, timedelta

from puntual.apps.parties.models import Creditor
from puntual.apps.policies import editing, presets
from puntual.apps.policies import write as policies
from puntual.apps.policies.models import Policy
from puntual.apps.segments import read as segments
from puntual.apps.segments import write_experiments as experiments
from puntual.core.time import local_date

NAME = "Menos avisos"
_WITHOUT = ("segundo-aviso", "segundo-formal")
_DAYS, _CHANGE_POINTS = 60, 10


def install(creditor: Creditor, at: datetime) -> None:
    """The country's own policy, the company's; and beside it the one with fewer reminders, that nobody follows yet."""
    text = presets.text_for(creditor.country)
    policies.activate(version=policies.save_version(creditor_id=creditor.pk, text=text), at=at)
    for step in _WITHOUT:
        text = editing.without_step(text, step)
    fewer = editing.with_rules(text, {"politica": NAME})
    policies.activate(version=policies.save_version(creditor_id=creditor.pk, text=fewer), at=at)


def experiment(creditor: Creditor, morning: datetime) -> None:
    """One against the other, from that morning on, for the company in Mexico, if its customers are scored."""
    if creditor.country != "MX" or segments.scoring(creditor.pk) is None:
        return
    fewer = Policy.objects.get(creditor=creditor, name=NAME)
    experiments.create(
        creditor=creditor, name="¿Bastan menos avisos?", kind="policies", policy_id=fewer.pk, control_pct=50,
        starts_on=local_date(morning, creditor.zone), days=_DAYS, change_points=_CHANGE_POINTS,
        at=morning - timedelta(minutes=5),
    )  # fmt: skip
    experiments.night(creditor.pk, local_date(morning, creditor.zone))
