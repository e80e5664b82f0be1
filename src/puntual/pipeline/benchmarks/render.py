"""What writing messages takes: facts of an account to HTML and text, as dispatch does it, without a network."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from puntual.adapters.mime import as_email
from puntual.apps.outreach import wording
from puntual.apps.outreach.wording import Facts, Line
from puntual.apps.parties.models import Creditor
from puntual.pipeline.benchmarks.measure import Measured, part
from puntual.ports.channels import Outgoing


def render(creditor: Creditor, count: int) -> dict[str, object]:
    """Words `count` messages of four due items each, HTML and text, then as e-mail bytes (apart)."""
    today = date(2026, 11, 21)
    subject = wording.shipped("recordatorio", "asunto.txt")
    text = wording.shipped("recordatorio", "correo.txt")
    parts: list[Measured] = []
    with part("render", parts):
        worded = [wording.word(_facts(creditor, i, today), subject=subject, text=text) for i in range(count)]
    with part("mime", parts):
        for i, words in enumerate(worded[: count // 10]):
            as_email(_outgoing(i, words), now=datetime.now(UTC)).as_bytes()
    return {
        "rows": count,
        "rows_per_s": round(count / max(parts[0].cpu_s, 1e-9)),
        "parts": [{"name": p.name, "cpu_s": p.cpu_s, "seconds": p.seconds} for p in parts],
        "cpu_s": parts[0].cpu_s,
        "peak_mib": parts[-1].peak_mib,
    }


def _facts(creditor: Creditor, number: int, today: date) -> Facts:
    lines = [
        Line(f"F-{number}-{k}", today - timedelta(days=number % 90 + k), 100_00 + number * 7 + k, number % 90 + k)
        for k in range(4)
    ]
    return Facts(
        creditor_name=creditor.name, creditor_tax_id=creditor.tax_id, creditor_phone=creditor.phone,
        complaint_office=creditor.complaint_office, country=creditor.country, person_name=f"Cliente {number}",
        currency="MXN", lines=lines, principal_minor=sum(x.open_minor for x in lines), interest_minor=0, fee_minor=0,
        favour_minor=0, link=f"https://cobranza.example/p/{number:x}/",
    )  # fmt: skip


def _outgoing(number: int, words: wording.Worded) -> Outgoing:
    return Outgoing(
        message_id=f"pun-{number}@prueba.invalid", recipient="cliente@prueba.invalid", recipient_name="Cliente",
        sender="empresa@prueba.invalid", sender_name="Empresa", subject=words.subject, text=words.text, html=words.html,
        unsubscribe_url="https://cobranza.example/p/x/baja/", expires_in_s=3600,
    )  # fmt: skip
