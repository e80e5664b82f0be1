"""What the demonstration shows of the company itself: disputes and complaints with their owner, cause and cost;
corrective actions; conversations that were reviewed; a client's portfolio; and what waits for another person's yes.
Everything goes through the product's own writers, so nothing here could not have happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.utils.module_loading import import_string

from puntual.apps.access import write as access
from puntual.apps.access import write_approvals
from puntual.apps.access.write_approvals import Asked
from puntual.apps.clients import write as clients
from puntual.apps.escalation import read_legal, write_legal
from puntual.apps.imports.write import Source
from puntual.apps.negotiation import read as negotiation
from puntual.apps.negotiation import write_disputes
from puntual.apps.negotiation.models import Complaint, Dispute
from puntual.apps.parties import read as parties
from puntual.apps.parties import write as parties_write
from puntual.apps.parties.models import Account, Creditor
from puntual.apps.receivables import read as receivables
from puntual.apps.receivables import write as receivables_write
from puntual.apps.reports import write as reports
from puntual.apps.supervision import read as supervision
from puntual.apps.supervision import write as reviews
from puntual.apps.workbench import write as desk
from puntual.apps.workbench import write_acts
from puntual.core.errors import Refused, UnusableInput
from puntual.core.escalation import steps
from puntual.core.ledger.books import Component
from puntual.core.negotiation.dispute import CAUSES
from puntual.core.time import local_date, local_instant

#: cause of the customer, cause in the company, what is credited of it (percent), days ago, words.
_DISPUTES = (
    ("damaged", "delivery", 100, 52, "La mitad de las cajas llegó aplastada."),
    ("wrong_price", "prices", 30, 45, "Me habían dado el precio de mayoreo."),
    ("late_delivery", "delivery", 10, 38, "Llegó diez días tarde y tuve que comprar en otro lado."),
    ("wrong_price", "prices", 25, 31, "La lista de este mes no traía ese precio."),
    ("wrong_invoice", "billing", 0, 24, "El folio no es el de mi pedido."),
    ("already_paid", "cash", 100, 20, "Lo pagué por transferencia el día 3."),
    ("never_ordered", "sale", 100, 16, "Yo pedí veinte, no cuarenta."),
    ("service_quality", "sale", 15, 12, "Dijeron que incluía la instalación."),
    ("not_received", "", 0, 7, "Todavía no me llega."),
    ("wrong_price", "", 0, 5, "No es lo que acordé con la vendedora."),
    ("missing_document", "", 0, 3, "Me falta el complemento de pago."),
    ("damaged", "", 0, 1, "Vino con golpes."),
)
_COMPLAINTS = (
    ("treatment", 28, "Me llamaron tres veces el mismo día.", True),
    ("records", 19, "Le escribieron a mi antiguo trabajo.", True),
    ("outside", 11, "No me gusta que me recuerden por WhatsApp.", False),
    ("", 4, "Nadie me contestó lo de mi factura.", None),
)
_ACTIONS = (
    ("Embalaje doble en pedidos de más de diez cajas", "Logística", "cause:damaged", 34, 30, False),
    ("Una sola lista de precios, con fecha, para todo vendedor", "Ventas", "cause:wrong_price", 26, 30, False),
    ("Complemento de pago el mismo día del abono", "Facturación", "cause:missing_document", 75, 30, True),
)
_RESULTS = ("informed", "no_answer", "says_paid", "cannot_pay", "informed", "voicemail", "hung_up", "informed")
_SCORES = (
    {"empathy": 85, "clarity": 80, "law": 100, "agreement": 70},
    {"empathy": 70, "clarity": 75, "law": 100, "agreement": 60},
    {"empathy": 90, "clarity": 85, "law": 100, "agreement": 80},
)
_LAYOUT = """kind: invoices
columns: {customer_code: CREDITO, customer_name: NOMBRE, tax_id: RFC, number: FOLIO, due_on: VENCE, total: SALDO,
  email: CORREO}
options: {dates: dd/mm/yyyy, decimals: punto}
headings: [CREDITO, NOMBRE, RFC, FOLIO, VENCE, SALDO, CORREO]
"""
_RETURN = """columns: {CREDITO: customer_code, COD: result, FECHA: "on", IMPORTE: amount, PARA: promised_on}
codes: {sent: MSJ, promise_open: PP01, payment: PAG}
delimiter: ";"
dates: dd/mm/yyyy
decimals: punto
"""
_TERMS = {"rates": [{"from_days": 0, "pct": "8"}, {"from_days": 31, "pct": "15"}, {"from_days": 91, "pct": "25"}],
          "age_at": "assignment", "tail_days": 15}  # fmt: skip


def fill(creditors: Sequence[Creditor], now: datetime) -> None:
    """All of it, for the company in Mexico; the people of the demonstration must exist already."""
    people = {u.username: u for u in get_user_model().objects.filter(is_active=True)}
    home = next((c for c in creditors if c.country == "MX"), None)
    if home is None or not {"supervisor", "gestor", "gerente", "abogada", "ventas"} <= set(people):
        return
    access.grant(user_id=people["ventas"].pk, role="seller", areas=("ventas", "logística"))
    late = _late(home, local_date(now, home.zone))
    _disputed(home, late[:24], people, now)
    _actions(home, people, now)
    _reviewed(home, late[24:40], people, now)
    _asked(home, people, now)
    _client(people["gerente"], now)


def _late(creditor: Creditor, today: date) -> list[int]:
    """Accounts with something late and nothing said of it, those that owe least first."""
    found = []
    for pk, _party in parties.accounts_of(creditor.pk):
        late = [b for b in receivables.open_items(pk) if b.due_on < today and b.currency == creditor.currency]
        if late and not negotiation.disputes_of(pk) and not negotiation.open_promises(pk):
            found.append((sum(b.open_minor for b in late), pk))
    return [pk for _owed, pk in sorted(found)]


def _disputed(creditor: Creditor, accounts: list[int], people: Mapping[str, User], now: datetime) -> None:
    by = people["ventas"].pk
    for n, ((cause, inside, pct, ago, words), pk) in enumerate(zip(_DISPUTES, accounts)):
        at, item = now - timedelta(days=ago), receivables.open_items(pk)[0]
        told = write_disputes.NewDispute(
            pk, item.due_item_id, cause if cause in CAUSES else "other", local_date(at, creditor.zone), "portal",
            f"demo-aclaracion:{creditor.pk}:{n}", text=words,
        )  # fmt: skip
        row = write_disputes.open_dispute(dispute=told, at=at)
        if not inside:
            continue
        _answered(creditor, row, inside, pct, by, at + timedelta(days=3 + n % 3))
    for n, ((inside, ago, words, founded), pk) in enumerate(zip(_COMPLAINTS, accounts[len(_DISPUTES) :])):
        at = now - timedelta(days=ago)
        said = write_disputes.NewComplaint(
            pk, local_date(at, creditor.zone), "portal", f"demo-queja:{creditor.pk}:{n}", words
        )
        _heard(write_disputes.open_complaint(complaint=said, at=at), inside, founded, people, at + timedelta(days=2))


def _answered(creditor: Creditor, row: Dispute, inside: str, pct: int, by: int, at: datetime) -> None:
    write_disputes.step_dispute(dispute_id=row.pk, event="take", at=at, by=by)
    credited = row.disputed_minor * pct // 100
    words = "Tenía razón: ya se descontó." if pct == 100 else "Se revisó con el área." if credited else "Sí se debe."
    write_disputes.resolve_dispute(
        dispute_id=row.pk, credited_minor=credited, outcome=words, on=local_date(at, creditor.zone), at=at, by=by
    )
    write_disputes.step_dispute(dispute_id=row.pk, event="tell_customer", at=at + timedelta(hours=1), by=by)
    found = write_disputes.Inside(inside, cost_minor=35_000 + 12_500 * (row.pk % 4))
    row.refresh_from_db()
    write_disputes.note_inside(row=row, found=found, by=by, at=at)


def _heard(row: Complaint, inside: str, founded: bool | None, people: Mapping[str, User], at: datetime) -> None:
    if not inside:
        return
    by = people["supervisor"].pk
    write_disputes.step_complaint(complaint_id=row.pk, event="acknowledge", at=at, by=by)
    words = "Le ofrecemos una disculpa: ya quedó corregido." if founded else "Ya cambiamos el medio, como pidió."
    write_disputes.step_complaint(complaint_id=row.pk, event="answer", at=at, by=by, answer=words)
    row.refresh_from_db()
    write_disputes.note_inside(row=row, found=write_disputes.Inside(inside, 15_000, founded), by=by, at=at)


def _actions(creditor: Creditor, people: Mapping[str, User], now: datetime) -> None:
    today = local_date(now, creditor.zone)
    for title, owner, about, ago, window, over in _ACTIONS:
        dimension, _sep, value = about.partition(":")
        row = reports.add_action(
            creditor_id=creditor.pk, title=title, owner=owner, dimension=dimension, value=value,
            begun_on=today - timedelta(days=ago), window_days=window, by_id=people["gerente"].pk,
        )  # fmt: skip
        if over:
            reports.close_action(creditor_id=creditor.pk, pk=row.pk, on=today - timedelta(days=ago - window))


def _reviewed(creditor: Creditor, accounts: list[int], people: Mapping[str, User], now: datetime) -> None:
    """Conversations of the last days, two reviewers that do not see the same, and a score that its agent disputes."""
    agent, supervisor, manager = people["gestor"], people["supervisor"], people["gerente"]
    for n, (pk, code) in enumerate(zip(accounts, _RESULTS)):
        day = local_date(now, creditor.zone) - timedelta(days=1 + n // 3)
        at = local_instant(day, time(10, 7 * (n % 3)), creditor.zone)
        party = Account.objects.get(pk=pk).party_id
        desk.take(party_id=party, account_id=pk, creditor_id=creditor.pk, agent_id=agent.pk, now=at, hold_s=600)
        by = write_acts.By(
            agent=agent.pk, account=pk, at=at + timedelta(minutes=4), key=f"demo-mesa:{creditor.pk}:{n}",
            zone=creditor.zone,
        )  # fmt: skip
        write_acts.note_result(by=by, code=code)
    done = []
    for reviewer, drop in ((supervisor, 0), (manager, 8)):
        for row, scores in zip(supervision.to_review(creditor.pk, now, reviewer.pk), _SCORES):
            seen = {code: points - drop if code == "empathy" else points for code, points in scores.items()}
            done.append(reviews.review(
                handling_id=row.pk, creditor_id=creditor.pk, reviewer=reviewer, scores=seen, now=now,
                good="Escuchó antes de pedir y repitió el acuerdo.", better="Ofrecer la fecha antes que el importe.",
            ))  # fmt: skip
    if len(done) > 1:
        text = "La clienta colgó porque iba manejando: sí acordamos la fecha."
        reviews.dispute(review_id=done[1].pk, agent=agent, text=text, now=now)


def _asked(creditor: Creditor, people: Mapping[str, User], now: datetime) -> None:
    """A waiver, a write-off and a suit that wait; a formal letter that two people already agreed on."""
    today = local_date(now, creditor.zone)
    old = [pk for pk in _late(creditor, today) if _oldest(pk, today) > steps.AFTER_DAYS]
    for kind, pk, name, why in zip(
        ("waiver", "write_off"), old[:2], ("gestor", "supervisor"), ("Estuvo hospitalizado.", "Cerró el negocio.")
    ):
        late = [b for b in receivables.open_items(pk) if b.due_on < today]
        parts = [[b.due_item_id, int(Component.PRINCIPAL), b.principal_minor] for b in late if b.principal_minor]
        told = Asked(
            kind, creditor.pk, why, f"demo-pedido:{creditor.pk}:{kind}", pk, sum(p[2] for p in parts),
            creditor.currency, {"parts": parts},
        )  # fmt: skip
        write_approvals.ask(asked=told, by=people[name], at=now)
    for kind, pk, approve in zip(("suit", "letter"), old[2:4], (False, True)):
        account = Account.objects.select_related("party", "creditor").get(pk=pk)
        if read_legal.why_not(account, kind, creditor.currency, today):
            continue
        try:
            row = write_legal.propose(
                account=account, kind=kind, currency=creditor.currency, reason="Cuatro meses sin respuesta.",
                today=today, at=now, by=people["abogada"],
            )  # fmt: skip
            if approve:
                write_approvals.approve(approval_id=row.pk, by=people["gerente"], at=now, answer="De acuerdo")
        except (Refused, UnusableInput):
            continue


def _oldest(pk: int, today: date) -> int:
    return max(((today - b.due_on).days for b in receivables.open_items(pk)), default=0)


def _client(actor: User, now: datetime) -> None:
    """A client of a contact centre: its layouts, its commission, what it assigned and the file that goes back."""
    one = parties_write.create_creditor(
        code="credisol", name="Crédito Sol (mandante)", country="MX", zone="America/Mexico_City", currency="MXN",
        approve_first=0,
    )  # fmt: skip
    reader = import_string(settings.IMPORT_READER)()
    today = local_date(now, one.zone)
    clients.save_layout(creditor_id=one.pk, purpose="assignment", text=_LAYOUT, reader=reader, actor=actor)
    clients.save_layout(creditor_id=one.pk, purpose="return", text=_RETURN, reader=reader, actor=actor)
    clients.save_terms(creditor_id=one.pk, valid_from=today - timedelta(days=90), document=_TERMS, actor=actor)
    rows = [
        f"{n:04d};Cliente de Sol {n};;SOL-{n};{(today - timedelta(days=20 * n)):%d/%m/%Y};{1_450 * n}.00;"
        f"sol{n}@example.com"
        for n in range(1, 9)
    ]
    text = "CREDITO;NOMBRE;RFC;FOLIO;VENCE;SALDO;CORREO\n" + "\n".join(rows) + "\n"
    sent = Source("asignacion-sol.csv", text.encode())
    clients.load(
        creditor=one, purpose="assignment", source=sent, reader=reader, now=now - timedelta(days=2), actor=actor
    )
    paid = parties.accounts_by_code(one.pk, ["0003", "0006"])
    payments = [
        receivables_write.NewPayment(row.pk, 1_450_00, "MXN", today - timedelta(days=1), f"demo-sol:{code}", "demo")
        for code, row in paid.items()
    ]
    receivables_write.post_payments(creditor_id=one.pk, payments=payments)
    # The books note when a payment was recorded: just now, whatever the day that is told.
    clients.make_return(creditor=one, now=max(now, datetime.now(UTC)) + timedelta(seconds=1), actor=actor)
