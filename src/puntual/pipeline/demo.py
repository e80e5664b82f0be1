"""The demonstration: three companies, a year of sales and payments, and one collection day, all in «Modo de prueba»."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from random import Random

import attrs
import polars as pl
from django.contrib.auth import get_user_model
from faker import Faker

from puntual.apps.access import write as access
from puntual.apps.compliance import write as compliance
from puntual.apps.outreach import write as outreach
from puntual.apps.parties import write as parties
from puntual.apps.parties.models import Creditor
from puntual.apps.parties.write import NewAccount, NewPoint
from puntual.apps.receivables import write as receivables
from puntual.apps.receivables.write import NewInvoice, NewPayment
from puntual.core import compliance as compliance_core
from puntual.core.compliance import GateKnown, GateRules
from puntual.core.frames import CANDIDATES, CONSENTS
from puntual.core.time import local_date, local_instant
from puntual.law.loader import load_law
from puntual.pipeline import demo_company, demo_desk, demo_history, demo_money, demo_policies, demo_talks
from puntual.pipeline.daily_run import DayResult, run_day
from puntual.pipeline.dispatch import Outside, dispatch
from puntual.simulators.portfolio.behaviour import Habit, Sale, habit_of, sales
from puntual.simulators.portfolio.people import LatinCustomers

SEED = 20261121
#: Before these last days only sales and payments are told; within them, every morning is really decided and sent.
DAYS_LIVED = 35


@attrs.frozen
class Company:
    """One of the demonstration's companies."""

    code: str
    name: str
    country: str
    zone: str
    currency: str
    tax_id: str
    phone: str
    office: str
    scale: int
    round_to: int
    customers: int


COMPANIES = (
    Company("aurora-mx", "Aurora Distribuciones", "MX", "America/Mexico_City", "MXN", "ADI120315QX8",
            "+52 55 5000 0100",
            "PROFECO 55 5568 8722", 18_000, 50, 150),
    Company("aurora-co", "Aurora Colombia", "CO", "America/Bogota", "COP", "9012345671", "+57 300 000 0100",
            "SIC, línea 601 592 0400", 4_500_000, 10_000, 90),
    Company("aurora-pe", "Aurora Perú", "PE", "America/Lima", "PEN", "20512345671", "+51 900 000 100",
            "Indecopi 224 7777", 4_200, 10, 70),
)  # fmt: skip


#: Who sold, by account: delay and disputes are told by seller and by area too.
SELLERS = ("Rosa Lima", "Iván Paz", "Nadia Cruz")
#: (user, name, role over every company) of the demonstration.
PEOPLE = (
    ("admin", "Ana, administra", "admin"),
    ("gerente", "Gerardo, decide", "manager"),
    ("supervisor", "Sergio, supervisa", "supervisor"),
    ("gestor", "Gloria, gestiona", "agent"),
    ("ventas", "Valeria, vende y aclara", "seller"),
    ("abogada", "Abril, lleva lo judicial", "lawyer"),
    ("auditor", "Aurelio, audita", "auditor"),
    ("lectura", "Lidia, solo mira", "read_only"),
)


@attrs.frozen
class Shown:
    """What the demonstration leaves to look at."""

    creditors: tuple[str, ...]
    users: tuple[tuple[str, str, str], ...]
    days: tuple[DayResult, ...]
    sent: int


def build(
    *,
    today: date,
    say: Callable[[str], None],
    outside: Callable[[Callable[[], datetime]], Outside],
    with_users: bool = True,
    understand: Callable[[Creditor, datetime], object] = lambda *_: None,
    hear: Callable[[datetime], object] | None = None,
) -> Shown:
    """Make everything, then do the last lawful morning's collection day of each company and send what it planned.

    `understand` scores a company's portfolio on a morning: every seventh of those lived, and the last. `hear` reads
    what people answered, as the server's own loop does: with it they answer.
    """
    rng = Random(SEED)
    fake = Faker("es")
    fake.add_provider(LatinCustomers)
    Faker.seed(SEED)
    creditors, now = [], datetime.combine(today, time(18), UTC)
    for company in COMPANIES:
        say(f"{company.name}: un año de ventas y pagos de {company.customers} clientes ...")
        creditor, made = _company(company, rng, fake, today)
        creditors.append(creditor)
        _live(creditor, made, now, outside, rng, say, understand)
    say("Un día de cobranza en Modo de prueba ...")
    days, sent = [], 0
    for creditor in creditors:
        morning = last_lawful_morning(creditor, now)
        understand(creditor, morning)
        result = run_day(creditor=creditor, as_of=morning, past=True)
        days.append(result)
        if result.plan_id is not None and creditor.country != "PE":
            outreach.approve(plan_id=result.plan_id)
            sent += dispatch(outside(_clock(morning + timedelta(hours=5)))).sent
    users = _users() if with_users else ()
    if users:
        demo_company.fill(creditors, now)
    if hear is not None:
        demo_talks.talk(creditors=creditors, now=datetime.now(UTC), hear=hear, outside=outside, say=say)
    for creditor in creditors:
        demo_desk.fill(creditor, lawful_mornings(creditor, now, 14)[:2], min(now, datetime.now(UTC)))
    return Shown(tuple(c.code for c in creditors), users, tuple(days), sent)


def _clock(start: datetime) -> Callable[[], datetime]:
    return lambda: start


def _live(
    creditor: Creditor,
    made: list[tuple[int, Habit, Sale]],
    now: datetime,
    outside: Callable[[Callable[[], datetime]], Outside],
    rng: Random,
    say: Callable[[str], None],
    understand: Callable[[Creditor, datetime], object],
) -> None:
    """The year up to some weeks ago at once; then day by day, as it came: sales, payments, messages, answers."""
    mornings = lawful_mornings(creditor, now, DAYS_LIVED)[::-1][:-1]
    start = local_date(mornings[0], creditor.zone)
    _book(creditor, made, date.min, start)
    for n, (morning, following) in enumerate(zip(mornings, [*mornings[1:], now])):
        if n % 5 == 0:
            say(f"{creditor.name}: mañana {n + 1} de {len(mornings)} ...")
        if n % 7 == 0:
            understand(creditor, morning)
        if n == 0:
            demo_policies.experiment(creditor, morning)
        demo_history.one_morning(creditor, morning, outside)
        _book(creditor, made, local_date(morning, creditor.zone), local_date(following, creditor.zone))
    _book(creditor, made, local_date(now, creditor.zone), date.max)
    demo_history.people_react(creditor, rng, now)
    demo_money.last_week(creditor, now)


def last_lawful_morning(creditor: Creditor, before: datetime) -> datetime:
    """07:30 of the latest day, up to the given one, at whose ten in the morning the country's law allows an e-mail."""
    found = lawful_mornings(creditor, before, 14)
    return found[0] if found else local_instant(local_date(before, creditor.zone), time(7, 30), creditor.zone)


def lawful_mornings(creditor: Creditor, before: datetime, back: int) -> list[datetime]:
    """07:30 of each of the last `back` days at whose ten in the morning the law allows an e-mail; the newest first."""
    day = local_date(before, creditor.zone)
    days = [day - timedelta(days=n) for n in range(back)]
    row = {
        "party": 0, "creditor": creditor.pk, "debt": None, "channel": "email", "purpose": "reminder_overdue",
        "country": creditor.country, "creditor_country": creditor.country, "subdivision": None,
        "zones": [creditor.zone], "debtor": "consumer", "recipient": "debtor",
    }  # fmt: skip
    asked = [{**row, "candidate": i, "at": local_instant(one, time(10), creditor.zone)} for i, one in enumerate(days)]
    agreed = {
        "party": [0],
        "channel": ["*"],
        "status": ["granted"],
        "at": [before - timedelta(days=30)],
        "source": ["person"],
    }
    known = GateKnown(consents=pl.DataFrame(agreed, schema={n: c.dtype for n, c in CONSENTS.items()}))
    candidates = pl.DataFrame(asked, schema={n: c.dtype for n, c in CANDIDATES.items()})
    gated = compliance_core.gate(candidates, known, GateRules(load_law()), before).sort("candidate")
    lawful = [one for one, verdict in zip(days, gated["verdict"]) if verdict == "allow"]
    return [local_instant(one, time(7, 30), creditor.zone) for one in lawful]


def _company(company: Company, rng: Random, fake: Faker, today: date) -> tuple[Creditor, list[tuple[int, Habit, Sale]]]:
    """The company with its policy and customers, and what each bought and paid, not yet in the books."""
    creditor = parties.create_creditor(
        code=company.code, name=company.name, country=company.country, zone=company.zone, currency=company.currency,
        tax_id=company.tax_id, phone=company.phone, complaint_office=company.office, credit_days=30, approve_first=0,
        email=f"cobranza@{company.code}.example", payment_instructions="Transferencia a nombre de la empresa.",
    )  # fmt: skip
    demo_policies.install(creditor, datetime.now(UTC) - timedelta(days=400))
    people = [(_account(company, i, rng, fake), habit_of(rng)) for i in range(1, company.customers + 1)]
    registered = parties.register_accounts(creditor=creditor, rows=[row for row, _ in people], source="demo")
    made = [
        (registered.accounts[row.code], habit, sale)
        for row, habit in people
        for sale in sales(
            rng, habit, code=row.code, credit_days=30, scale=company.scale, round_to=company.round_to, today=today
        )
    ]
    _consents(creditor, registered.accounts, today)
    return creditor, made


def _account(company: Company, number: int, rng: Random, fake: Faker) -> NewAccount:
    business = rng.random() < 0.7
    name = fake.business_name(company.country) if business else fake.person_name()
    points = []
    if rng.random() < 0.93:
        points.append(NewPoint("email", f"cliente{number}.{company.country.lower()}@example.com"))
    if rng.random() < 0.85:
        points.append(NewPoint("phone", fake.quiet_phone(company.country)))
    return NewAccount(
        code=f"{company.country}{number:04d}",
        name=name,
        tax_id=fake.tax_id(company.country, business),
        debtor="business" if business else "consumer",
        country=company.country,
        zone=company.zone,
        segment=rng.choice(("mayorista", "minorista", "nuevo")),
        points=tuple(points),
    )


def _book(creditor: Creditor, made: list[tuple[int, Habit, Sale]], after: date, until: date) -> None:
    """Put the sales and payments of (after, until] in the books."""
    invoices = [
        NewInvoice(
            account, sale.number, sale.number, sale.issued_on, creditor.currency, sale.total_minor,
            ((sale.due_on, sale.total_minor),), product="materiales" if habit.name != "viernes" else "consumo",
            seller=SELLERS[account % len(SELLERS)], department="mayoreo" if account % 3 else "mostrador",
            plant="centro" if account % 2 else "norte", sold_on=sale.issued_on - timedelta(days=account % 5),
        )
        for account, habit, sale in made
        if after < sale.issued_on <= until
    ]  # fmt: skip
    receivables.post_invoices(creditor_id=creditor.pk, invoices=invoices, source="demo")
    payments = [
        NewPayment(account, minor, creditor.currency, day, f"demo:{creditor.pk}:{sale.number}:{i}", "demo")
        for account, _, sale in made
        for i, (day, minor) in enumerate(sale.payments)
        if after < day <= until
    ]
    receivables.post_payments(creditor_id=creditor.pk, payments=sorted(payments, key=lambda p: p.paid_on))


def _consents(creditor: Creditor, accounts: dict[str, int], today: date) -> None:
    """Colombia asks for the authorisation of each channel: nine in ten customers gave theirs in their contract."""
    from puntual.apps.parties.models import Account

    rows = list(Account.objects.filter(pk__in=accounts.values()).values_list("code", "party_id"))
    granted = [party for code, party in rows if int(code[2:]) % 10]
    when = datetime.combine(today - timedelta(days=200), time(15), UTC)
    compliance.declare_consents(
        parties=granted, channels=["email", "whatsapp"], basis="contrato de suministro, cláusula 9",
        text="Autorizo que me escriban por correo y WhatsApp sobre mis pagos.",
        proof="contratos firmados, archivo 2025",
        at=when,
    )  # fmt: skip


def _users() -> tuple[tuple[str, str, str], ...]:
    """The demonstration's users and their passwords: shown, since they guard nothing real."""
    users = get_user_model()
    shown = []
    for name, title, role in PEOPLE:
        user, _ = users.objects.get_or_create(
            username=name,
            defaults={
                "first_name": title.partition(",")[0],
                "is_staff": role == "admin",
                "is_superuser": role == "admin",
            },
        )
        user.set_password(f"{name}-demo-2026")
        user.save()
        access.grant(user_id=user.pk, role=role)
        shown.append((name, f"{name}-demo-2026", title))
    return tuple(shown)
