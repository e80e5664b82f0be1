"""Gestión by its screens: a queue is built, a person is taken, called inside the law, and what follows is noted."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from secrets import token_hex

import pytest

from desk_house import company, people
from puntual.apps import bulk
from puntual.apps.compliance import write as compliance
from puntual.apps.negotiation import write_disputes
from puntual.apps.negotiation.models import Deal, Dispute, Promise
from puntual.apps.negotiation.write_disputes import NewComplaint
from puntual.apps.outreach.models import Contact
from puntual.apps.parties.models import ContactPoint
from puntual.apps.receivables import write as books
from puntual.apps.segments.models import AccountScore, Scoring
from puntual.apps.workbench import read, write_assign, write_queue
from puntual.apps.workbench.models import Act, CallBack, DeskLock, Handling, QueueRow, ScriptUse, ScriptVersion
from puntual.pipeline import desk

#: A Tuesday at eleven in Mexico City, and the same day at two in the night.
ELEVEN = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
TWO = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
DAY = date(2026, 11, 24)


@pytest.fixture
def clock(monkeypatch):
    """The clock of the screens, which the test moves."""
    from django.utils import timezone

    class Clock:
        now = ELEVEN

    monkeypatch.setattr(timezone, "now", lambda: Clock.now)
    return Clock


@pytest.fixture
def house(db):
    """Three people who owe: 30 days, 20 days, and one who asked not to be called."""
    creditor = company()
    accounts = people(creditor, 3)
    for n, (account, minor, late) in enumerate(zip(accounts, (900_00, 500_00, 700_00), (30, 20, 40))):
        due = DAY - timedelta(days=late)
        row = books.NewInvoice(account.pk, f"A-{n}", f"A-{n}", due - timedelta(days=30), "MXN", minor, ((due, minor),))
        books.post_invoices(creditor_id=creditor.pk, invoices=[row], source="test")
    compliance.opt_out(party_id=accounts[2].party_id, channel="call", at=ELEVEN - timedelta(days=9), source="person")
    creditor.accounts_in_order = accounts
    return creditor


@pytest.fixture
def ana(person, house, client):
    user = person("ana", "agent", house, first_name="Ana")
    client.force_login(user)
    return user


def test_the_queue_says_in_words_why_each_one_is_where_it_is(house, clock):
    assert desk.build_queue(creditor=house, now=ELEVEN) == 3
    rows = {r.account.code: r for r in QueueRow.objects.select_related("account")}
    assert [rows[c].grp for c in ("C-1", "C-2", "C-3")] == [2, 2, 3]
    assert rows["C-1"].place < rows["C-2"].place, "more to gain goes first"
    assert rows["C-1"].sentence == "Poca historia: aún no se sabe cómo suele pagar; va por su saldo y su atraso."
    assert rows["C-3"].sentence == "La persona pidió que no se le escriba."
    assert rows["C-3"].rule


def test_at_night_the_queue_waits_for_the_first_lawful_minute(house, clock):
    desk.build_queue(creditor=house, now=TWO)
    one = QueueRow.objects.get(account__code="C-1")
    assert one.state == "later"
    assert one.not_before.astimezone(UTC) >= datetime(2026, 11, 24, 13, 0, tzinfo=UTC)


def test_taking_calling_and_noting_a_result(house, ana, client, clock):
    account = _taken(client, house)
    page = client.get(f"/gestion/{account.pk}/").content.decode()
    for said in ("Cliente 1", "Qué debe y por qué", "Si objeta:", "«No tengo dinero»", "Poca historia", "Se puede"):
        assert said in page, said
    point = ContactPoint.objects.get(party=account.party_id, kind="phone")
    client.post(f"/gestion/{account.pk}/llamar/", {"point": point.pk})
    call = Contact.objects.get()
    assert (call.channel, call.direction, call.counts, call.by_id) == ("call", "out", True, ana.pk)
    assert 'href="tel:+525500000001"' in client.get(f"/gestion/{account.pk}/").content.decode()
    clock.now = ELEVEN + timedelta(minutes=3)
    client.post(f"/gestion/{account.pk}/colgar/")
    clock.now = ELEVEN + timedelta(minutes=3, seconds=7)
    _note(client, account, "resultado", result="informed")
    call.refresh_from_db()
    assert (call.direct_contact, call.note) == (True, "Informado: pagará por su cuenta")
    done = Handling.objects.get()
    assert (done.outcome, done.handling_s, done.wrap_up_s) == ("informed", 187, 7)
    row = QueueRow.objects.get(account=account)
    assert (row.state, row.not_before) == ("later", clock.now + timedelta(days=3))
    assert not DeskLock.objects.exists()


def test_a_call_that_the_law_does_not_allow_is_refused_and_nothing_is_recorded(house, ana, client, clock):
    account = _taken(client, house)
    clock.now = datetime(2026, 11, 25, 5, 0, tzinfo=UTC)  # eleven at night
    client.post(f"/gestion/{account.pk}/tomar/")
    point = ContactPoint.objects.get(party=account.party_id, kind="phone")
    page = client.post(f"/gestion/{account.pk}/llamar/", {"point": point.pk}, follow=True).content.decode()
    assert "Fuera del horario permitido." in page
    assert "Se podrá desde el 25/11" in page
    assert not Contact.objects.exists()
    assert not Handling.objects.filter(called_at__isnull=False).exists()


def test_who_owes_nothing_more_or_promised_is_not_called(house, ana, client, clock):
    account = _taken(client, house)
    _note(client, account, "promesa", amount="900", currency="MXN", promised_on="2026-12-01")
    assert Promise.objects.get().amount_minor == 900_00
    client.post(f"/gestion/{account.pk}/tomar/")
    point = ContactPoint.objects.get(party=account.party_id, kind="phone")
    page = client.post(f"/gestion/{account.pk}/llamar/", {"point": point.pk}, follow=True).content.decode()
    assert "Tiene una promesa de pago vigente. No se le llama." in page
    assert not Contact.objects.exists()


def test_a_promise_is_undone_and_the_person_is_at_the_desk_again(house, ana, client, clock):
    account = _taken(client, house)
    _note(client, account, "promesa", amount="900", currency="MXN", promised_on="2026-12-01")
    clock.now = ELEVEN + timedelta(minutes=2)
    client.post("/gestion/deshacer/")
    assert Promise.objects.get().state == "withdrawn"
    assert QueueRow.objects.get(account=account).state == "waiting"
    assert DeskLock.objects.get().account_id == account.pk
    assert Act.objects.get().undone_at == clock.now


def test_after_the_time_to_undo_nothing_is_undone(house, ana, client, clock):
    account = _taken(client, house)
    _note(client, account, "resultado", result="no_answer")
    clock.now = ELEVEN + timedelta(minutes=16)
    page = client.post("/gestion/deshacer/", follow=True).content.decode()
    assert "No hay nada reciente que deshacer." in page
    assert QueueRow.objects.get(account=account).state == "later"


def test_what_the_person_decided_is_obeyed_everywhere_and_not_undone(house, ana, client, clock):
    account = _taken(client, house)
    page = _note(client, account, "resultado", result="opt_out")
    assert "Escriba en pocas palabras qué dijo la persona" in page
    _note(client, account, "resultado", result="opt_out", text="ya no me llamen")
    assert QueueRow.objects.get(account=account).state == "done"
    page = client.post("/gestion/deshacer/", follow=True).content.decode()
    assert "Eso lo decidió la persona" in page
    [call, *_] = desk.allowed_now(account=account, now=ELEVEN)
    assert (call.channel, call.verdict, call.reason) == ("call", "deny", "opted_out")


def test_a_wrong_number_is_silenced(house, ana, client, clock):
    account = _taken(client, house)
    point = ContactPoint.objects.get(party=account.party_id, kind="phone")
    _note(client, account, "resultado", result="wrong_number", point=point.pk, text="aquí no vive")
    point.refresh_from_db()
    assert point.status == "silenced"


def test_a_plan_is_quoted_and_offered_within_authority(house, ana, client, clock):
    account = _taken(client, house)
    terms = {"instalments": "3", "every": "month", "first_on": "2026-11-30"}
    quoted = client.get(f"/gestion/{account.pk}/cotizar/", terms).content.decode()
    assert quoted.count("300.00") == 3
    assert not Deal.objects.exists()
    _note(client, account, "convenio", **terms)
    deal = Deal.objects.get()
    assert (deal.state, deal.by_id, deal.instalments.count()) == ("offered", ana.pk, 3)


def test_a_plan_beyond_the_authority_waits_for_another_person(house, ana, client, clock):
    account = _taken(client, house)
    page = _note(client, account, "convenio", instalments="12", every="month", first_on="2026-11-30")
    assert "espera que otra persona lo apruebe" in page
    assert (Deal.objects.get().state, Deal.objects.get().needs_role) == ("to_approve", "supervisor")


def test_a_dispute_splits_the_amount(house, ana, client, clock):
    account = _taken(client, house)
    item = books.open_items_of([account.pk])[(account.pk, "MXN")][0].due_item
    _note(
        client, account, "aclaracion", due_item=item, cause="wrong_price", amount="200", currency="MXN", text="no era"
    )
    assert (Dispute.objects.get().disputed_minor, Dispute.objects.get().department) == (200_00, "ventas")


def test_a_call_back_is_kept_with_who_noted_it_and_shown_when_it_is_due(house, ana, client, clock, person):
    account = _taken(client, house)
    _note(client, account, "volver", on="2026-11-24", hour="16:30", text="sale a las 4")
    row = QueueRow.objects.get(account=account)
    assert (row.desk, row.grp, row.state) == (ana.pk, 0, "later")
    desk.build_queue(creditor=house, now=ELEVEN + timedelta(hours=1))
    row = QueueRow.objects.get(account=account)
    assert (row.desk, row.grp, row.state) == (ana.pk, 0, "later"), "a new queue keeps it"
    clock.now = ELEVEN + timedelta(hours=6)
    beto = person("beto", "agent", house)
    client.force_login(beto)
    assert client.post("/gestion/tomar/").url != f"/gestion/{account.pk}/"
    client.force_login(ana)
    assert client.post("/gestion/tomar/").url == f"/gestion/{account.pk}/"
    _note(client, account, "resultado", result="informed")
    assert CallBack.objects.get().state == "done"


def test_no_answer_comes_back_later_and_later(house, ana, client, clock):
    account = _taken(client, house)
    waits = []
    for _ in range(4):
        _note(client, account, "resultado", result="no_answer")
        row = QueueRow.objects.get(account=account)
        waits.append(row.not_before - clock.now)
        client.post(f"/gestion/{account.pk}/tomar/")
    assert waits == [timedelta(hours=2), timedelta(hours=4), timedelta(days=1), timedelta(days=5)]


def test_the_branch_that_was_opened_is_counted(house, ana, client, clock):
    client.post("/gestion/armar/")
    account = _taken(client, house, build=False)
    said = client.get(f"/gestion/{account.pk}/guion/", {"paso": "sin_dinero"}).content.decode()
    assert "repartirlo en pagos más chicos" in said
    assert ScriptUse.objects.get().node == "sin_dinero"
    assert ScriptVersion.objects.filter(state="active").count() == 4


def test_a_script_that_the_norm_refuses_is_not_activated(house, person, client, clock):
    client.force_login(person("sofia", "supervisor", house))
    client.post("/gestion/armar/")
    script = ScriptVersion.objects.get(script__name="Recordatorio amable").script_id
    client.post(f"/gestion/guiones/{script}/borrador/")
    draft = ScriptVersion.objects.get(state="draft")
    step = {"step": "despedida", "say": "Si no paga hoy mismo lo meteremos a la cárcel.", "answers": ""}
    client.post(f"/gestion/guiones/version/{draft.pk}/paso/", step)
    page = client.post(f"/gestion/guiones/version/{draft.pk}/activar/", follow=True).content.decode()
    assert "La norma no deja usar estas palabras" in page
    draft.refresh_from_db()
    assert draft.state == "draft"
    client.post(f"/gestion/guiones/version/{draft.pk}/paso/", {**step, "say": "Gracias por su tiempo."})
    client.post(f"/gestion/guiones/version/{draft.pk}/activar/")
    states = dict(ScriptVersion.objects.filter(script_id=script).values_list("number", "state"))
    assert states == {1: "retired", 2: "active"}


def test_the_queue_is_dealt_and_a_named_person_stays(house, person, client, clock):
    ana, beto = person("ana", "agent", house), person("beto", "agent", house)
    client.force_login(person("sofia", "supervisor", house))
    client.post("/gestion/armar/")
    client.post("/gestion/reparto/nombre/", {"customer": "C-2", "agent": str(beto.pk)})
    page = client.post("/gestion/reparto/repartir/", follow=True).content.decode()
    assert "Repartido: 2 cambiaron de escritorio." in page
    desks = dict(QueueRow.objects.values_list("account__code", "desk"))
    assert desks["C-2"] == beto.pk
    assert desks["C-1"] == ana.pk, "the least loaded"
    assert desks["C-3"] == 0


def test_who_has_a_person_of_its_own_is_told_to_its_own_company_only(house, person, client, clock):
    other = company("sur", name="Créditos del Sur")
    theirs = people(other, 1, first=900)[0]
    beto, sofia = person("beto", "agent", house), person("sofia", "supervisor", house)
    write_assign.name_agent(party_id=theirs.party_id, agent_id=beto.pk)
    client.force_login(sofia)
    assert "Cliente 900" not in client.get("/gestion/reparto/").content.decode()
    answer = client.post("/gestion/reparto/nombre/", {"party": str(theirs.party_id), "agent": ""}, follow=True)
    assert "Ese cliente no es de esta empresa" in answer.content.decode()
    assert read.named_agents() == {theirs.party_id: beto.pk}


def test_a_goal_that_pays_for_pressure_is_refused(house, person, client, clock):
    client.force_login(person("sofia", "supervisor", house))
    page = client.post("/gestion/reparto/metas/", {"metric": "calls", "target": "80", "points": "10"}, follow=True)
    assert "No se premian llamadas hechas" in page.content.decode()


def _taken(client, house, build=True):
    """Build the queue and take the best."""
    if build:
        desk.build_queue(creditor=house, now=ELEVEN)
    answer = client.post("/gestion/tomar/")
    account = house.accounts_in_order[0]
    assert answer.url == f"/gestion/{account.pk}/"
    return account


def _note(client, account, act, **given):
    given.setdefault("token", token_hex(16))
    return client.post(f"/gestion/{account.pk}/{act}/", given, follow=True).content.decode()


def test_what_an_agent_notes_while_the_queue_is_written_is_not_lost(house, ana, client, clock, monkeypatch):
    account = _taken(client, house)
    monkeypatch.setattr(write_queue, "PIECE", 1)
    upsert, pieces = bulk.upsert_frame, []

    def meanwhile(*given, **more):
        if not pieces:
            _note(client, account, "resultado", result="informed")
        pieces.append(1)
        upsert(*given, **more)

    monkeypatch.setattr(bulk, "upsert_frame", meanwhile)
    assert desk.build_queue(creditor=house, now=ELEVEN + timedelta(minutes=1)) == 3
    assert len(pieces) == 3, "a short transaction each"
    row = QueueRow.objects.get(account=account)
    assert (row.state, row.not_before) == ("later", ELEVEN + timedelta(days=3))
    others = [other.built_at for other in QueueRow.objects.exclude(pk=row.pk)]
    assert others == [ELEVEN + timedelta(minutes=1)] * 2


def test_who_no_longer_owes_leaves_the_queue_at_its_next_writing(house, clock):
    desk.build_queue(creditor=house, now=ELEVEN)
    gone = house.accounts_in_order[1]
    books.post_payments(creditor_id=house.pk, payments=[books.NewPayment(gone.pk, 500_00, "MXN", DAY, "P-1", "test")])
    assert desk.build_queue(creditor=house, now=ELEVEN + timedelta(minutes=1)) == 2
    assert not QueueRow.objects.filter(account=gone).exists()


@pytest.mark.parametrize(
    ("dial_by", "shown"),
    [("tel", 'href="tel:+525500000001"'), ("sip", 'href="sip:+525500000001@voz.norte.mx"'), ("hand", "+525500000001")],
)
def test_the_number_goes_to_the_telephone_that_the_agent_uses(house, ana, client, clock, dial_by, shown):
    account = _taken(client, house)
    write_assign.save_profile(user_id=ana.pk, values={"dial_by": dial_by, "sip_domain": "voz.norte.mx"})
    client.post(f"/gestion/{account.pk}/llamar/", {"point": ContactPoint.objects.get(party=account.party_id).pk})
    page = client.get(f"/gestion/{account.pk}/").content.decode()
    assert shown in page
    assert page.count('data-controller="autodial"') == (dial_by != "hand")
    _note(client, account, "resultado", result="busy")
    assert Contact.objects.get().note == "Ocupado"


def _felt(house, account, health, why, at=DAY):
    """The score of a night in which the relation with somebody is so."""
    scoring, _ = Scoring.objects.get_or_create(
        creditor=house, current=True, defaults={"day": at, "at": ELEVEN, "line": "shrinkage"}
    )
    AccountScore.objects.create(
        scoring=scoring, account=account, party_id=account.party_id, currency="MXN", amount_minor=500_00, items=1,
        p_paid_30=0.5, self_cure=0.4, expected_on=at, n_paid=0, late_usual=0.5, delay_usual=5, at_stake_minor=300_00,
        segment="recordar", segment_rule=1, historia="poca_historia", situacion="inusual", capacidad="normal",
        disposicion="media", cause="unknown", cause_confidence=0.2, health=health, health_why=why,
    )  # fmt: skip


def test_a_relation_that_worsens_is_put_before_people_with_its_cause(house, ana, client, clock):
    first, second, _third = house.accounts_in_order
    _felt(house, second, 25, "Contestó con enojo.\nSe quejó en los últimos seis meses.")
    _felt(house, first, 80, "Dijo que pagar le fue fácil.")
    desk.build_queue(creditor=house, now=ELEVEN)
    row = QueueRow.objects.get(account=second)
    said = "La relación se está dañando: atiéndala una persona. Contestó con enojo. Se quejó en los últimos seis meses."
    assert (row.grp, row.reason, row.sentence) == (0, "relation_attend", said)
    assert QueueRow.objects.get(account=first).grp == 1
    assert "La relación se está dañando" in client.get("/gestion/").content.decode()
    assert client.post("/gestion/tomar/").url == f"/gestion/{second.pk}/"


def test_a_relation_that_was_attended_rests_a_week_and_comes_back_if_it_is_still_bad(house, ana, client, clock):
    second = house.accounts_in_order[1]
    _felt(house, second, 25, "Contestó con enojo.")
    desk.build_queue(creditor=house, now=ELEVEN)
    client.post("/gestion/tomar/")
    _note(client, second, "resultado", result="informed")
    for days, grp in ((1, 1), (6, 1), (8, 0)):
        desk.build_queue(creditor=house, now=ELEVEN + timedelta(days=days))
        assert QueueRow.objects.get(account=second).grp == grp, days


def test_a_relation_that_healed_goes_back_to_its_place(house, clock):
    second = house.accounts_in_order[1]
    _felt(house, second, 25, "Contestó con enojo.")
    desk.build_queue(creditor=house, now=ELEVEN)
    AccountScore.objects.update(health=90)
    desk.build_queue(creditor=house, now=ELEVEN + timedelta(minutes=5))
    assert QueueRow.objects.get(account=second).grp == 1


def test_a_bad_relation_with_nothing_overdue_is_put_before_people_too_and_a_paused_one_is_not(house, clock):
    first, second, _third = house.accounts_in_order
    books.post_payments(creditor_id=house.pk, payments=[books.NewPayment(second.pk, 500_00, "MXN", DAY, "P-1", "test")])
    for account in (first, second):
        _felt(house, account, 25, "Contestó con enojo.")
    said = NewComplaint(first.pk, DAY - timedelta(days=1), "agent", "q1", "Me trataron mal")
    write_disputes.open_complaint(complaint=said, at=ELEVEN)
    desk.build_queue(creditor=house, now=ELEVEN)
    assert QueueRow.objects.get(account=second).grp == 0
    assert (QueueRow.objects.get(account=first).grp, QueueRow.objects.get(account=first).reason) == (
        3, "complaint_open",
    )  # fmt: skip
