"""Every figure of every report leads to its rows, and they add up to it: cells, numerators and denominators.

A figure that is no sum or number of rows (a mean, a probability) is named here with its reason, and its page says so.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from urllib.parse import parse_qsl, urlsplit

import pytest

from puntual.apps.compliance.models import Consent
from puntual.apps.inbox.models import Conversation
from puntual.apps.negotiation.models import Complaint, Cover, Deal, Dispute, Instalment, Promise
from puntual.apps.outreach.models import Contact, Fact, Outbox
from puntual.apps.parties import write as parties
from puntual.apps.parties.models import Account
from puntual.apps.planning.models import Plan, PlanRow
from puntual.apps.portal.models import PortalLink, TalkRequest, WrongPerson
from puntual.apps.receivables import write as books
from puntual.apps.receivables.models import DueItem
from puntual.apps.reports import read, read_screens, rows, rows_asked, write
from puntual.apps.reports.tables import BELOW
from puntual.apps.workbench.models import Handling
from puntual.core.ledger.allocation import Component
from puntual.core.reports import registry

pytestmark = pytest.mark.django_db
START, END = date(2026, 4, 1), date(2026, 4, 30)
NOON = {day: datetime(2026, 4, day, 18, tzinfo=UTC) for day in range(1, 31)}
HOST = {"host": "127.0.0.1"}
#: (account, number, currency, sold, issued, due, amount, product, [(paid on, amount)])
SOLD = (
    (1, "A1", "MXN", None, date(2025, 12, 1), date(2025, 12, 20), 700_00, "tubos", [(date(2026, 4, 20), 300_00)]),
    (1, "A2", "MXN", None, date(2026, 2, 1), date(2026, 3, 3), 1_200_00, "tubos", [(date(2026, 4, 15), 1_200_00)]),
    (1, "A3", "MXN", date(2026, 4, 6), date(2026, 4, 10), date(2026, 5, 10), 600_00, "codos",
     [(date(2026, 4, 20), 100_00)]),
    (2, "B1", "MXN", None, date(2026, 1, 5), date(2026, 2, 4), 900_00, "", [(date(2026, 3, 20), 400_00)]),
    (2, "B2", "MXN", None, date(2026, 3, 31), date(2026, 4, 30), 1_500_00, "codos", []),
    (2, "B3", "MXN", date(2026, 4, 1), date(2026, 4, 2), date(2026, 4, 9), 250_00, "tubos",
     [(date(2026, 4, 7), 250_00)]),
    (3, "C1", "MXN", None, date(2026, 3, 1), date(2026, 3, 31), 333_33, "", [(date(2026, 4, 3), 333_33)]),
    (3, "C2", "MXN", None, date(2026, 3, 10), date(2026, 3, 20), 410_00, "tubos", []),
    (4, "D1", "MXN", None, date(2026, 3, 1), date(2026, 3, 10), 150_00, "tubos", [(date(2026, 4, 22), 150_00)]),
)  # fmt: skip
DOLLARS = (3, "U1", "USD", None, date(2026, 3, 2), date(2026, 4, 1), 80_00, "tubos", [(date(2026, 4, 5), 30_00)])
#: Why a cell is not the sum or the number of its rows.
WEIGHED = {
    ("forecast", "*"): "probabilities: each document counts for its own",
    ("past", "said_minor"): "probabilities: each document counts for its own",
    ("delivery", "mean"): "a mean of its rows", ("delivery", "median"): "a median of its rows",
    ("disputes", "days"): "a mean of its rows", ("late", "days"): "a mean of its rows",
    ("mended", "note_days"): "a mean of its rows", ("mended", "again_days"): "a mean of its rows",
    ("waiting", "days"): "the oldest of its rows", ("waiting", "oldest"): "the oldest of its rows",
}  # fmt: skip


@pytest.fixture
def house(django_user_model):
    creditor = parties.create_creditor(
        code="norte", name="Norte", country="MX", zone="America/Mexico_City", currency="MXN"
    )
    new = [parties.NewAccount(code=f"C-{n}", name=f"Cliente {n}", segment="a" if n < 3 else "b") for n in (1, 2, 3, 4)]
    codes = parties.register_accounts(creditor=creditor, rows=new).accounts
    account = {n: codes[f"C-{n}"] for n in (1, 2, 3, 4)}
    _sell(creditor, account, SOLD)
    _mend(creditor, account)
    ana = django_user_model.objects.create_user("ana")
    _talk(creditor, account, ana)
    _plan(creditor, account)
    _agree(creditor, account[2])
    _ask(creditor, account)
    write.set_contact_costs(creditor_id=creditor.pk, costs={"email": 100, "call": 2_500})
    write.add_action(creditor_id=creditor.pk, title="Revisar los precios", owner="Ventas", dimension="product",
                     value="tubos", begun_on=date(2026, 4, 1), window_days=30, by_id=ana.pk)  # fmt: skip
    return creditor


@pytest.fixture
def two_currencies(house):
    """The same house, that also sells in dollars."""
    _sell(house, {3: Account.objects.get(code="C-3").pk}, [DOLLARS])
    return house


def _sell(creditor, account, sold):
    for n, number, currency, sold_on, issued, due, minor, product, paid in sold:
        invoice = books.NewInvoice(account[n], number, number, issued, currency, minor, ((due, minor),),
                                   product=product, sold_on=sold_on, plant="Norte" if n == 1 else "")  # fmt: skip
        books.post_invoices(creditor_id=creditor.pk, invoices=[invoice], source="test")
        item = DueItem.objects.get(invoice__number=number).pk
        for on, amount in paid:
            key = f"{number}:{on}"
            payment = books.NewPayment(account[n], amount, currency, on, key, "bank", wanted=((item, amount),))
            books.post_payments(creditor_id=creditor.pk, payments=[payment])


def _mend(creditor, account):
    """B2 credited in part; A4 credited whole and issued again by A5, which says so. C2 owes interest, which DSO, CEI,
    rolling and vintages do not count."""
    item = DueItem.objects.get(invoice__number="C2").pk
    one = books.Reduction(account[3], "interest", "MXN", date(2026, 3, 25), "i1", "test",
                          ((item, Component.INTEREST, 7_77),))  # fmt: skip
    books.post_reductions(creditor_id=creditor.pk, rows=[one])
    (b2,) = DueItem.objects.filter(invoice__number="B2").values_list("invoice_id", flat=True)
    wrong = books.NewInvoice(account[1], "A4", "A4", date(2026, 4, 3), "MXN", 420_00, ((date(2026, 4, 25), 420_00),),
                             product="codos")  # fmt: skip
    books.post_invoices(creditor_id=creditor.pk, invoices=[wrong], source="test")
    a4 = DueItem.objects.get(invoice__number="A4").invoice_id
    notes = [books.NewCreditNote(account[2], 100_00, "MXN", date(2026, 4, 12), "n1", "test", (b2,)),
             books.NewCreditNote(account[1], 420_00, "MXN", date(2026, 4, 14), "n2", "test", (a4,))]  # fmt: skip
    books.post_credit_notes(creditor_id=creditor.pk, notes=notes)
    good = books.NewInvoice(account[1], "A5", "A5", date(2026, 4, 16), "MXN", 400_00, ((date(2026, 5, 25), 400_00),),
                            product="codos", replaces=a4)  # fmt: skip
    books.post_invoices(creditor_id=creditor.pk, invoices=[good], source="test")


def _party(account, n):
    return Account.objects.get(pk=account[n]).party_id


def _talk(creditor, account, ana):
    same = {"creditor": creditor}
    for n, channel, day, by, direct in (
        (1, "email", 3, None, False), (1, "email", 3, None, False), (1, "call", 8, ana, True),
        (1, "call", 9, ana, False), (3, "email", 3, None, False),
    ):  # fmt: skip
        Contact.objects.create(party_id=_party(account, n), account_id=account[n], channel=channel, at=NOON[day],
                               by=by, direct_contact=direct, step="d+3" if by is None else "", **same)  # fmt: skip
    for n, (state, minor, closed) in enumerate((("kept", 300_00, 21), ("broken", 100_00, 22), ("open", 50_00, None))):
        Promise.objects.create(
            account_id=account[1], source="agent", by=ana if n else None, key=f"p{n}", created_at=NOON[8],
            amount_minor=minor, currency="MXN", made_on=date(2026, 4, 8), promised_on=date(2026, 4, 20), state=state,
            closed_on=closed and date(2026, 4, closed), **same,
        )  # fmt: skip
    for n, (outcome, seconds, wait) in enumerate((("promise", 360, None), ("no_answer", 540, 180), ("released", 9, 9))):
        Handling.objects.create(agent=ana, party_id=_party(account, 1), account_id=account[1], taken_at=NOON[8 + n],
                                closed_at=NOON[9 + n], outcome=outcome, handling_s=seconds, wait_s=wait,
                                **same)  # fmt: skip
    link = PortalLink.objects.create(account_id=account[2], nonce=b"1" * 12, created_at=NOON[1], expires_at=NOON[30])
    WrongPerson.objects.create(account_id=account[2], key="w1", at=NOON[10], link=link)
    Consent.objects.create(party_id=_party(account, 3), channel="email", status="withdrawn", source="person",
                           at=NOON[2])  # fmt: skip
    for k, (n, day, facts) in enumerate((
        (1, 3, ["opened", "clicked", "method_chosen", "pay_failed"]), (1, 3, []), (2, 4, ["clicked", "paid"]),
        (3, 3, ["delivered"]), (2, 5, ["method_chosen", "pay_failed", "paid"]), (3, 3, []),
    )):  # fmt: skip
        # The last one answers the person's «no»: it is no second message of that day.
        once = f"{k}:2026-04-{day:02}:{n}" if k < 5 else f"confirma_baja:{n}"
        box = Outbox.objects.create(
            once=once, account_id=account[n], party_id=_party(account, n), channel="email",
            purpose="x", stage="administrative", step="d+3", template="t", currency="MXN", amount_minor=100 + k,
            scheduled_at=NOON[day], expires_at=NOON[day + 2], state="sent", finished_at=NOON[day], **same,
        )  # fmt: skip
        for j, kind in enumerate(facts):
            # Who tries two methods is told under one of them.
            method = ["card", "transfer"][j % 2] if kind in ("method_chosen", "pay_failed", "paid") else ""
            Fact.objects.create(outbox=box, account_id=account[n], kind=kind, at=NOON[day + 1], key=f"{k}{kind}",
                                channel="email", method=method, device="phone" if k else "")  # fmt: skip


def _plan(creditor, account):
    refused = [{"reason": "contact_cap", "rule": "r", "verdict": "defer", "n": 2},
               {"reason": "contact_cap", "rule": "s", "verdict": "deny", "n": 1}]  # fmt: skip
    plan = Plan.objects.create(creditor=creditor, day=date(2026, 4, 3), as_of=NOON[3],
                               summary={"planned": {"email": 1}, "refused": refused})  # fmt: skip
    for n, verdict, rule in ((1, "defer", "r"), (2, "defer", "r"), (3, "deny", "s"), (1, "allow", None)):
        PlanRow.objects.create(plan=plan, account_id=account[n], verdict=verdict,
                               reason="contact_cap" if rule else "", rule=rule, stage="administrative",
                               channel="email", step="d+3", currency="MXN", amount_minor=10_00, items=1)  # fmt: skip


def _agree(creditor, account):
    deal = Deal.objects.create(
        creditor=creditor, account_id=account, source="portal", key="d1", created_at=NOON[1], kind="agreement",
        currency="MXN", principal_minor=500_00, interest_minor=0, fee_minor=0, state="current",
        offered_on=date(2026, 4, 1), expires_on=date(2026, 4, 5), accepted_on=date(2026, 4, 1),
    )  # fmt: skip
    Cover.objects.create(deal=deal, due_item=DueItem.objects.get(invoice__number="B1"), open_minor=500_00)
    for number, (day, minor) in enumerate(((10, 250_00), (17, 250_00)), 1):
        Instalment.objects.create(deal=deal, number=number, due_on=date(2026, 4, day), debt_minor=minor)


def _ask(creditor, account):
    """Two disputes (one past its deadline), a complaint, a question and somebody who asked to talk, unanswered."""
    for n, number, cause, day, state in ((1, "A2", "wrong_price", 3, "open"), (3, "C2", "not_received", 28, "open")):
        Dispute.objects.create(
            creditor=creditor, account_id=account[n], due_item=DueItem.objects.get(invoice__number=number),
            currency="MXN", source="portal", key=f"q{number}", created_at=NOON[day], opened_on=date(2026, 4, day),
            cause=cause, disputed_minor=100_00, credited_minor=25_00 if n == 1 else 0, department="ventas",
            deadline_on=date(2026, 4, day) + timedelta(days=7), state=state,
        )  # fmt: skip
    Complaint.objects.create(creditor=creditor, account_id=account[1], source="portal", key="c1", created_at=NOON[9],
                             department="ventas", opened_on=date(2026, 4, 9),
                             deadline_on=date(2026, 4, 20))  # fmt: skip
    TalkRequest.objects.create(account_id=account[2], key="t1", at=NOON[20])
    Conversation.objects.create(party_id=_party(account, 2), creditor=creditor, last_at=NOON[20],
                                waiting_since=NOON[20], answer_by=NOON[21])  # fmt: skip


def found_at(creditor, address):
    """The rows that an address opens, whole; and what each counts for where it is not for itself."""
    parts = urlsplit(address)
    words = dict(parse_qsl(parts.query, keep_blank_values=True))
    start, end = date.fromisoformat(words.pop("desde")), date.fromisoformat(words.pop("hasta"))
    what = parts.path.strip("/").split("/")
    if what[1] == "indicador":
        kpi = registry.kpi(what[2])
        asked = read_screens.ask(creditor, kpi, start, end, words.get("por", ""), words.get("valor"))
        return asked.rows(below=words.get("que") == BELOW), kpi.weighs
    lines = rows_asked.read(what[2], creditor, start, end, words)
    return lines.found, lines.weighs


def amount(found, currency):
    return dict(rows.totals(found)).get(currency, 0)


def cells_of(creditor, kind):
    """(table, line, column, value, address of its rows or nothing)."""
    for table in read.built(kind, creditor, START, END).tables:
        opens = table.opens or ({},) * len(table.rows)
        for line, places in zip(table.rows, opens, strict=True):
            for column, value in zip(table.columns, line, strict=True):
                if value is not None and column.kind in ("money", "count", "days"):
                    yield table, line, column, value, places.get(column.name, "")


def reason(table, column):
    kind = table.name.partition("_")[0]
    return WEIGHED.get((kind, column.name)) or WEIGHED.get((kind, "*"))


KINDS = ("ageing", "roll-rates", "vintages", "friction", "causes", "agents", "harm", "forecast")


class TestCells:
    @pytest.mark.parametrize("kind", KINDS)
    def test_the_rows_of_each_cell_add_up_to_it(self, two_currencies, kind):
        seen = 0
        for table, line, column, value, address in cells_of(two_currencies, kind):
            where = (table.name, line[0], column.name)
            if reason(table, column) and column.kind == "days":
                continue
            assert address, where
            found, weighs = found_at(two_currencies, address)
            seen += 1
            if reason(table, column):
                assert weighs and found.height, where
            elif column.kind == "money":
                assert amount(found, table.currency) == value, where
            else:
                assert rows.number(found) == value, where
        assert seen

    def test_a_share_of_the_matrix_is_that_of_its_rows(self, house):
        matrix = next(t for t in read.built("roll-rates", house, START, END).tables if t.name == "matrix")
        for line, places in zip(matrix.rows, matrix.opens):
            shares = zip((c.name for c in matrix.columns[2:]), line[2:])
            for code, share in ((c, s) for c, s in shares if s is not None):
                found, _ = found_at(house, places[code])
                minor = amount(found, matrix.currency)
                assert (20_000 * minor + line[1]) // (2 * line[1]) == share, (line[0], code)

    def test_a_share_of_a_vintage_is_that_of_its_rows(self, house):
        table = read.built("vintages", house, START, END).tables[0]
        for line, places in zip(table.rows, table.opens):
            for column, share in list(zip(table.columns, line))[2:]:
                if share is None:
                    continue
                left = amount(found_at(house, places[column.name])[0], table.currency)
                then, last = (dict(parse_qsl(urlsplit(places[c]).query))["hasta"] for c in (column.name, "sold_minor"))
                sold = amount(found_at(house, places["sold_minor"].replace(last, then))[0], table.currency)
                assert abs(Decimal(left * 10_000) / sold - share) <= Decimal("0.5"), (line[0], column.name)

    def test_what_a_past_forecast_said_opens_what_was_open_and_what_came_opens_what_came(self, house):
        account = Account.objects.get(code="C-1").pk
        for n in range(60):
            due = date(2025, 9, 1) + timedelta(days=4 * n)
            one = books.NewInvoice(account, f"F{n}", f"F{n}", due - timedelta(days=20), "MXN", 100_00 + n,
                                   ((due, 100_00 + n),))  # fmt: skip
            books.post_invoices(creditor_id=house.pk, invoices=[one], source="test")
            item, on = DueItem.objects.get(invoice__number=f"F{n}").pk, due + timedelta(days=n % 9)
            if on <= END:
                paid = books.NewPayment(account, 100_00 + n, "MXN", on, f"F{n}", "bank", wanted=((item, 100_00 + n),))
                books.post_payments(creditor_id=house.pk, payments=[paid])
        past = next(t for t in read.built("forecast", house, START, END).tables if t.name == "past")
        for (cut, _, came), places in zip(past.rows, past.opens, strict=True):
            assert amount(found_at(house, places["came_minor"])[0], "MXN") == came > 0
            then, weighs = found_at(house, places["said_minor"])
            assert weighs.startswith("Cada documento cuenta por la probabilidad") and then[
                "day"
            ].min() < cut + timedelta(60)

    def test_the_addresses_of_a_page_open(self, house, admin_client):
        for kind in KINDS:
            page = admin_client.get(f"/reportes/{kind}/?desde={START}&hasta={END}", headers=HOST).content.decode()
            for _, _, _, _, address in cells_of(house, kind):
                assert not address or address.replace("&", "&amp;") in page, address
        answer = admin_client.get(address, headers=HOST)
        assert answer.status_code == 200


def differences(asked, measured):
    """(code, part of the company, numerator or denominator, its rows, the figure) where they differ."""
    kpi, figure, currency = measured.kpi, measured.figure, measured.currency
    sides = [
        (False, figure.numerator, kpi.numerator, not kpi.weighs),
        (True, figure.denominator, kpi.denominator, kpi.below),
    ]
    wrong = []
    for below, part, meaning, told in sides:
        if figure.value is None or part is None or not told:
            continue
        found = asked.rows(below=below)
        if kpi.parts == "money" or (kpi.parts == "mixed" and "dinero" in meaning):
            seen = amount(found, currency)
        else:
            mine = found.filter(found["currency"].is_in([currency, ""])) if currency else found
            seen = rows.number(mine)
        if seen != part:
            wrong.append(
                (kpi.code, measured.dimension, measured.value, currency, "below" if below else "above", seen, part)
            )
    return wrong


class TestIndicators:
    def test_the_rows_of_each_part_add_up_to_it(self, house):
        wrong = []
        for kpi in registry.REGISTRY:
            asked = read_screens.ask(house, kpi, START, END)
            for measured in registry.measure(asked.now, codes=(kpi.code,)):
                assert measured.figure.value is not None, kpi.code
                wrong += differences(asked, measured)
        assert wrong == []

    def test_so_do_those_of_each_currency(self, two_currencies):
        wrong = []
        for kpi in registry.REGISTRY:
            asked = read_screens.ask(two_currencies, kpi, START, END)
            for measured in registry.measure(asked.now, codes=(kpi.code,)):
                wrong += differences(asked, measured)
        assert wrong == []

    def test_so_do_those_of_each_part_of_the_company(self, house):
        wrong = []
        for kpi in registry.REGISTRY:
            for by in kpi.by:
                whole = read_screens.ask(house, kpi, START, END, by)
                for measured in registry.split(kpi, whole.now, by):
                    asked = read_screens.ask(house, kpi, START, END, by, measured.value)
                    wrong += differences(asked, measured)
        assert wrong == []

    def test_one_that_weighs_its_rows_says_what_each_counts_for(self, house, admin_client):
        weighed = {k.code for k in registry.REGISTRY if k.weighs}
        assert weighed == {"delay_mean", "collection_term", "cost_per_100", "handling_time", "occupancy"}
        for code in weighed:
            page = admin_client.get(f"/reportes/indicador/{code}/?desde={START}&hasta={END}", headers=HOST)
            assert registry.kpi(code).weighs in page.content.decode()

    def test_a_page_opens_its_numerator_and_its_denominator(self, house, admin_client):
        where = f"/reportes/indicador/on_time/?desde={START}&hasta={END}"
        paid = admin_client.get(where + f"&que={BELOW}", headers=HOST).content.decode()
        on_time = admin_client.get(where, headers=HOST).content.decode()
        # A2, B3, C1 and D1 were paid, A4 was credited; of them B3 and A4 before they were due
        assert "Son 5." in paid and "Son 2." in on_time


class TestSummary:
    def test_each_week_and_each_step_open_what_they_count(self, house):
        found = read_screens.summary(house, START, END)
        one = found["currencies"][0]
        for _, _, due, came, due_at, came_at in one["weeks"].table:
            assert (amount(found_at(house, due_at)[0], "MXN"), amount(found_at(house, came_at)[0], "MXN")) == (
                due,
                came,
            )
        for _, _, judged, kept, judged_at, kept_at in one["kept"].table:
            assert [rows.number(found_at(house, at)[0]) for at in (judged_at, kept_at)] == [judged, kept]
        for bar in found["funnel"].rows:
            assert bar.text.startswith(f"{rows.number(found_at(house, bar.link)[0])} · "), bar.name
        for piece in one["ageing"].pieces:
            assert amount(found_at(house, one["ageing_rows"] + piece.code)[0], "MXN") == piece.minor

    def test_an_action_opens_what_was_late_before_and_after(self, house):
        table = next(t for t in read.built("causes", house, START, END).tables if t.name == "corrective")
        before, after = (found_at(house, table.opens[0][side])[0] for side in ("before", "after"))
        # A2, C2 and D1 fell due in March and were late then; of April, B3 was paid before its day
        assert (before.height, after.height) == (3, 0)
