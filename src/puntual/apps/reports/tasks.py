"""The reports that go out by mail on their day: PDF and XLSX, with a sentence of what changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import attrs
from django.template.loader import render_to_string

from puntual.apps.outreach import read as outreach
from puntual.apps.parties.models import Creditor
from puntual.apps.reports import export, read, write
from puntual.apps.reports.choices import TITLES
from puntual.apps.reports.models import MissedTarget, ScheduledReport
from puntual.apps.reports.read_screens import is_missed, text_of
from puntual.apps.reports.tables import Report
from puntual.core.reports import registry
from puntual.core.time import local_date
from puntual.ports.channels import Channel, ChannelError, Outgoing
from puntual.ui.formats import date_text, locale_for

#: What the sentence of a mail speaks of.
_TOLD = ("collected", "overdue", "promises_kept")
_DAY_S = 86_400


@attrs.frozen
class Sent:
    """What became of the reports of a day."""

    sent: tuple[dict[str, Any], ...] = ()
    failed: tuple[dict[str, Any], ...] = ()


def day_round(
    *, creditor: Creditor, now: datetime, channel: Callable[[int, str], Channel | None]
) -> tuple[Sent, list[MissedTarget]]:
    """A company's round: what is new is kept in columns, missed targets are found, and the day's reports go out.

    May be called as often as one likes: each report goes once.
    """
    today = local_date(now, creditor.zone)
    read.refresh(creditor, now)
    find_missed(creditor=creditor, today=today)
    read.warm(creditor, today)
    return send_due(creditor=creditor, today=today, channel=channel), read.missed(creditor.pk)


def find_missed(*, creditor: Creditor, today: date) -> None:
    """The targets that the last 30 days are on the wrong side of, for Hoy and for Reportes to tell."""
    targets, rows = read.targets_of(creditor), []
    if targets:
        end = today - timedelta(days=1)
        known = read.known(creditor, end - timedelta(days=29), end)
        for m in registry.measure(known, codes=tuple(code for code in targets if code in registry.BY_CODE)):
            if is_missed(m.kpi.better, m.figure.value, targets[m.kpi.code]):
                rows.append((m.kpi.code, m.currency, m.figure.value, targets[m.kpi.code]))
    write.set_missed(creditor_id=creditor.pk, day=today, rows=rows)


def send_due(*, creditor: Creditor, today: date, channel: Callable[[int, str], Channel | None]) -> Sent:
    """Send what is due today, each at most once: it is taken before its bytes leave, and given back if it could not."""
    sent, failed = [], []
    for row, start, end in write.due(creditor_id=creditor.pk, today=today):
        before = row.done_through
        if not write.done(pk=row.pk, through=end):
            continue
        told = {"report": row.report, "email": row.email, "from": start, "to": end}
        try:
            _send(row, creditor, start, end, channel)
            sent.append(told)
        except ChannelError as error:
            write.give_back(pk=row.pk, through=before)
            failed.append({**told, "error": str(error)})
    return Sent(tuple(sent), tuple(failed))


def _send(
    row: ScheduledReport, creditor: Creditor, start: date, end: date, channel: Callable[[int, str], Channel | None]
) -> None:
    out = channel(creditor.pk, "email")
    if out is None:
        raise ChannelError("No hay correo con que enviarlo: configure el servidor de correo.", permanent=False)
    report = read.built(row.report, creditor, start, end)
    try:
        out.send(_message(row, creditor, report))
    finally:
        out.close()


def _message(row: ScheduledReport, creditor: Creditor, report: Report) -> Outgoing:
    server = outreach.mail_server(creditor.pk)
    sender = server.sender if server else creditor.email or "reportes@puntual.invalid"
    title = str(TITLES[row.report])
    changed = what_changed(report, locale_for(creditor.country), _before(creditor, report))
    name = f"{row.report}-{creditor.code}-{report.start}-{report.end}"
    files = tuple((f"{name}.{form}", export.TYPES[form], export.render([report], form)) for form in ("pdf", "xlsx"))
    locale = locale_for(creditor.country)
    days = f"{title} de {creditor.name}, del {date_text(report.start, locale)} al {date_text(report.end, locale)}."
    text = "\n\n".join([days, *changed])
    html = render_to_string("reports/mail.html", {"report": report, "days": days, "changed": changed})
    return Outgoing(
        message_id=f"{uuid4().hex}@puntual", recipient=row.email, recipient_name="", sender=sender,
        sender_name=creditor.name, subject=f"{title}: {creditor.name}, al {date_text(report.end, locale)}", text=text,
        html=html, unsubscribe_url="", expires_in_s=_DAY_S, attachments=files,
    )  # fmt: skip


def _before(creditor: Creditor, report: Report) -> Report | None:
    """The same report of the period before, for those whose figures do not carry it; no forecast is made twice."""
    if report.figures or report.kind in ("forecast", "experiments"):
        return None
    return read.built(report.kind, creditor, *registry.before(report.start, report.end))


def _moved_most(report: Report, locale: str) -> str:
    """The figure that changed most against itself, among those that somebody wants higher or lower."""
    found = []
    for m in report.figures:
        now, then = m.figure.value, m.previous.value if m.previous else None
        if m.kpi.better and not m.dimension and now is not None and then is not None and now != then:
            found.append((abs(now - then) / max(abs(then), abs(now)), m.kpi.code, m))
    if not found:
        return ""
    _, _, m = max(found, key=lambda one: one[:2])
    assert m.figure.value is not None and m.previous is not None and m.previous.value is not None
    up = m.figure.value > m.previous.value
    good = "para bien" if up == (m.kpi.better == "up") else "para mal"
    now, was = (text_of(v, m.kpi, m.currency, locale) for v in (m.figure.value, m.previous.value))
    return f"Lo que más cambió, {good}: {m.kpi.name} {m.currency}".rstrip() + f" pasó de {was} a {now}."


def what_changed(report: Report, locale: str, before: Report | None = None) -> list[str]:
    """Sentences: what moved most, what the report says, and the main figures against the period before."""
    moved = _moved_most(report, locale)
    said = [*([moved] if moved else []), *report.sentences, *(table.title for table in report.tables[:2])]
    if before is not None and report.tables:
        was = before.tables[0].title if before.tables else next(iter(before.sentences), "")
        if was:
            said.append("Sin cambios desde el periodo anterior." if was == report.tables[0].title
                        else f"En el periodo anterior: {was}")  # fmt: skip
    for m in report.figures:
        if m.kpi.code in _TOLD and m.figure.value is not None and not m.dimension:
            now = text_of(m.figure.value, m.kpi, m.currency, locale)
            was = text_of(m.previous.value, m.kpi, m.currency, locale) if m.previous else ""
            said.append(f"{m.kpi.name} {m.currency}: {now}{f'; antes, {was}' if was else ''}.")
    return said
