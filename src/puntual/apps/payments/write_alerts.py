"""The only writer of alerts: kept when something unusual comes in, until a person says what it was."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from puntual.apps.payments import read
from puntual.apps.payments.choices import AlertDecision
from puntual.apps.payments.models import PaymentAlert
from puntual.core.errors import Refused, UnusableInput

#: What was explained and comes again after this long is raised anew, whatever its figure.
_QUIET = timedelta(days=7)


@transaction.atomic
def keep(*, creditor_id: int, at: datetime) -> int:
    """Keep what is unusual now. Gives how many are new: what is being looked at, or was explained, is not raised again
    unless more of it came in since."""
    new = 0
    for row in read.alerts(creditor_id, at).iter_rows(named=True):
        same = PaymentAlert.objects.filter(
            creditor_id=creditor_id, account_id=row["account"], reason=row["reason"],
            **({"fact_id": row["payment"]} if row["payment"] else {}),
        )  # fmt: skip
        last = same.order_by("-pk").first()
        if last is None or (last.attended_at and not row["payment"] and _more(row, last)):
            PaymentAlert.objects.create(
                creditor_id=creditor_id, account_id=row["account"], fact_id=row["payment"], reason=row["reason"],
                figure=row["figure"][:40], at=row["at"], seen_at=at,
            )  # fmt: skip
            new += 1
        elif last.attended_at is None and row["at"] > last.at:
            PaymentAlert.objects.filter(pk=last.pk).update(figure=row["figure"][:40], at=row["at"])
    return new


def _more(row: dict[str, Any], last: PaymentAlert) -> bool:
    """Whether something came in after it was explained, and there is more of it than then."""
    after = last.attended_at is not None and row["at"] > last.attended_at
    return after and (_count(row["figure"]) > _count(last.figure) or row["at"] > last.at + _QUIET)


def _count(figure: str) -> int:
    """«7», or the seven of «7 de 100»."""
    first = figure.split(" ")[0]
    return int(first) if first.isdigit() else 0


@transaction.atomic
def attend(*, alert_id: int, decision: str, note: str, by: int, at: datetime) -> PaymentAlert:
    """A person looked: what it was. Refused when somebody else already did."""
    if decision not in AlertDecision.values:
        raise UnusableInput(_("Diga qué fue."), field="decision")
    if decision != AlertDecision.FINE and not note.strip():
        raise UnusableInput(_("Escriba qué se hizo: quien lo lea después lo necesita."), field="note")
    row = PaymentAlert.objects.select_for_update().get(pk=alert_id)
    if row.attended_at:
        raise Refused(_("Otra persona ya lo había atendido."))
    row.decision, row.note, row.by_id, row.attended_at = decision, note.strip()[:300], by, at
    row.save(update_fields=["decision", "note", "by", "attended_at"])
    return row
