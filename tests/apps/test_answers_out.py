"""What follows from an answer, and what is said back through the outbox: acts with undo, one answer to one message."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from messaging_house import DAWN, LUCIA, NOON, TEN, House, Told

from puntual.apps.compliance import read as compliance
from puntual.apps.inbox import read, speaking, write_decide, write_threads
from puntual.apps.inbox.models import Conversation, Proposal, Reply
from puntual.apps.negotiation.models import Dispute, Promise
from puntual.apps.outreach.models import Outbox
from puntual.apps.parties.models import ContactPoint
from puntual.apps.portal.models import Paper, PaymentClaim
from puntual.core.customers.understanding import (
    DISPUTA,
    ENOJO,
    FULL_AMOUNT,
    INFO,
    NO_PUEDE,
    PAGADO,
    PROMESA,
    Understanding,
)
from puntual.core.errors import Refused
from puntual.core.money import Money
from puntual.pipeline import load
from puntual.pipeline.daily_run import run_day

pytestmark = pytest.mark.django_db
FRIDAY = date(2026, 11, 27)


class Knows(Told):
    KNOWN = Told.KNOWN | {
        "pago el viernes": Understanding((PROMESA,), 0.95, FRIDAY),
        "sí le voy a pagar": Understanding((PROMESA,), 0.95),
        "¿cómo pago?": Understanding((INFO,), 0.95),
        "mándeme copia de la factura": Understanding((INFO,), 0.95),
        "los 500": Understanding((INFO,), 0.6, None, Money(500_00, "MXN")),
        "todo": Understanding((INFO,), 0.6, flags=(FULL_AMOUNT,)),
        "ya pagué ayer": Understanding((PAGADO,), 0.95, date(2026, 11, 23)),
        "no me llegó la mercancía": Understanding((DISPUTA,), 0.95),
        "no puedo pagar todo": Understanding((NO_PUEDE,), 0.95),
        "son unos rateros": Understanding((ENOJO,), 0.95),
        "quiero hablar con el gerente": Understanding((INFO,), 0.95),
    }


@pytest.fixture
def house():
    made = House()
    made.remind()
    made.now = NOON
    return made


def says(house, client, text, *, after=timedelta(minutes=1)):
    """Lucía writes, it is understood, and what leaves leaves."""
    sent = house.meta.writes(LUCIA, text)
    client.post("/webhooks/whatsapp/", sent.body, content_type="application/json",
                headers={"x-hub-signature-256": sent.headers["x-hub-signature-256"]})  # fmt: skip
    house.listen(Knows())
    house.now += after
    house.dispatch()
    return house.meta.delivered[-1].text


def test_a_promise_is_confirmed_with_its_day_and_amount(house, client):
    told = says(house, client, "pago el viernes 500")
    assert told.startswith("Gracias, Lucía Ocampo. Anotamos que pagará $500.00 MXN el 27 de noviembre.")
    answer = Outbox.objects.get(step="respuesta")
    assert (answer.state, answer.channel, answer.purpose) == ("sent", "whatsapp", "confirmation")
    assert Conversation.objects.get().waiting_since is None


def test_what_is_missing_is_asked_and_the_next_words_complete_it(house, client):
    told = says(house, client, "pago el viernes")
    assert "¿Cuánto pagaría el 27 de noviembre? Su saldo es de $500.00 MXN" in told
    assert Promise.objects.count() == 0
    says(house, client, "los 500")
    promise = Promise.objects.get()
    assert (promise.promised_on, promise.amount_minor) == (FRIDAY, 500_00)
    assert [p.act for p in Proposal.objects.order_by("pk")] == ["ask_amount", "record_promise"]


def test_who_says_neither_day_nor_amount_is_asked_for_both_and_nothing_is_said_of_what_is_not_known(house, client):
    told = says(house, client, "sí le voy a pagar")
    assert list(Proposal.objects.order_by("pk").values_list("act", "state")) == [
        ("ask_date", "done"), ("ask_amount", "done"),
    ]  # fmt: skip
    assert not re.search(r" el\s*\?| de\s*[?;,.]", told), told
    says(house, client, "pago el viernes")
    assert not re.search(r" el\s*\?| de\s*[?;,.]", house.meta.delivered[-1].text), house.meta.delivered[-1].text


def test_all_of_it_is_the_balance(house, client):
    says(house, client, "pago el viernes")
    says(house, client, "todo")
    assert Promise.objects.get().amount_minor == 500_00


def test_a_payment_is_looked_for_and_reminders_pause_within_limits(house, client):
    told = says(house, client, "ya pagué ayer")
    claim = PaymentClaim.objects.get()
    assert (claim.amount_minor, claim.paid_on, claim.hold_until) == (500_00, date(2026, 11, 23), date(2026, 12, 4))
    assert "envíenos el comprobante" in told
    assert "Estamos buscando su pago; mientras tanto" in told
    assert "hasta el 4 de diciembre" in told
    house.now = TEN + timedelta(days=1)
    run_day(creditor=house.creditor, as_of=DAWN + timedelta(days=1))
    assert house.dispatch().sent == 0
    proposal = Proposal.objects.get(act="verify_payment")
    write_decide.undo(proposal_id=proposal.pk, at=house.now, by=None)
    assert PaymentClaim.objects.count() == 0


def test_a_dispute_splits_the_amount_and_is_told_its_deadline(house, client):
    told = says(house, client, "no me llegó la mercancía")
    dispute = Dispute.objects.get()
    assert (dispute.cause, dispute.disputed_minor, dispute.source) == ("not_received", 500_00, "reply")
    assert "una aclaración sobre A-1 por $500.00 MXN" in told
    write_decide.undo(proposal_id=Proposal.objects.get().pk, at=house.now, by=None)
    dispute.refresh_from_db()
    assert dispute.state == "withdrawn"
    assert Conversation.objects.get().waiting_since is not None


def test_whoever_cannot_pay_is_offered_parts_with_a_link(house, client):
    assert f"/p/t{house.account}/cuotas/" in says(house, client, "no puedo pagar todo")


def test_a_question_is_answered_from_facts_or_handed_over(house, client):
    told = says(house, client, "¿cuánto debo?")
    assert "Hoy su saldo con Ferretera del Norte es de $500.00 MXN" in told
    assert "- A-1, venció el 20 de noviembre: $500.00 MXN" in told
    before = len(house.meta.delivered)
    says(house, client, "quiero hablar con el gerente")
    assert len(house.meta.delivered) == before
    proposal = read.waiting().get()
    assert (proposal.act, proposal.who) == ("answer_from_facts", "person")


def test_how_to_pay_and_a_copy_are_answered_with_what_there_is(house, client):
    house.creditor.payment_instructions = "CLABE 012345678901234567"
    house.creditor.save()
    told = says(house, client, "¿cómo pago?")
    assert "Puede pagar $500.00 MXN, todo o una parte" in told
    assert "CLABE 012345678901234567" in told
    copy = says(house, client, "mándeme copia de la factura")
    assert "Aquí puede ver y descargar cada documento: https://x.example/p/t" in copy
    assert set(Proposal.objects.values_list("act", "state", "who")) == {("answer_from_facts", "done", "automatic")}


def test_anger_gets_no_machine_but_a_person_with_words_ready(house, client):
    before = len(house.meta.delivered)
    says(house, client, "son unos rateros")
    assert len(house.meta.delivered) == before
    calm = read.waiting().get(act="calm")
    write_decide.accept(proposal_id=calm.pk, at=house.now, by=None)
    house.now += timedelta(minutes=1)
    house.dispatch()
    assert "lamentamos la molestia" in house.meta.delivered[-1].text
    assert Reply.objects.get().act == "calma"


class TestStops:
    def test_one_confirmation_and_then_silence(self, house, client):
        told = says(house, client, "ya no me escriban")
        assert told.startswith("Listo: no volveremos a escribirle.")
        row = Outbox.objects.get(step="confirma_baja")
        assert (row.state, row.purpose) == ("sent", "confirmation")
        says(house, client, "BAJA")
        assert Outbox.objects.filter(step="confirma_baja").count() == 1
        assert [c.channel for c in compliance.consents_of(house.party)] == ["*", "*"]
        assert not _leaves(house, Conversation.objects.get())

    def test_it_isnt_me_gets_its_certificate_and_nothing_else_ever(self, house, client):
        told = says(house, client, "numero equivocado, no soy esa persona")
        assert "quedó silenciado en todas partes y para siempre" in told
        assert "Lucía" not in told
        assert "/no-soy/constancia/" in told
        assert ContactPoint.objects.get().status == "silenced"
        assert Paper.objects.get().kind == "wrong_person"
        assert not _leaves(house, Conversation.objects.get())


def _leaves(house, thread):
    """Whether what an agent writes afterwards would reach anybody."""
    before = len(house.meta.delivered)
    try:
        speaking.write_to(thread=thread, channel="whatsapp", text="Hola", key="x", at=house.now, by=_agent().pk)
    except Refused:
        return False
    house.now += timedelta(minutes=1)
    house.dispatch()
    return len(house.meta.delivered) > before


def test_who_waits_for_an_answer_of_ours_is_not_reminded_until_somebody_looks_after_it(house, client):
    says(house, client, "son unos rateros")
    tomorrow = DAWN + timedelta(days=1)
    assert load.holds(tomorrow.date()).select("account", "reason").rows() == [(house.account, "answer_waiting")]
    plan = run_day(creditor=house.creditor, as_of=tomorrow)
    assert (plan.planned, plan.skipped) == ({}, {"answer_waiting": 1})
    assert load.holds((DAWN + timedelta(days=9)).date()).height == 0  # nobody's inbox stops a company for good
    thread = Conversation.objects.get()
    write_threads.change(creditor_id=house.creditor.pk, ids=[thread.pk], act="attend", at=tomorrow)
    assert load.holds(tomorrow.date()).height == 0


def test_a_greeting_pauses_nothing(house, client):
    says(house, client, "hola")
    assert Conversation.objects.get().waiting_since == NOON
    assert load.holds(NOON.date()).height == 0


def _agent():
    from django.contrib.auth import get_user_model

    return get_user_model().objects.get_or_create(username="ana")[0]


def test_what_an_agent_writes_leaves_as_it_is_and_can_be_taken_back_before(house, client):
    says(house, client, "quiero hablar con el gerente")
    thread = Conversation.objects.get()
    words = "Hola, Lucía. Le llamo a las 5. {{ total }}"
    row = speaking.write_to(thread=thread, channel="whatsapp", text=words, key="1", at=house.now, by=_agent().pk)
    again = speaking.write_to(thread=thread, channel="whatsapp", text=words, key="1", at=house.now, by=_agent().pk)
    assert again.pk == row.pk
    house.now += timedelta(minutes=1)
    assert house.dispatch().sent == 1
    assert house.meta.delivered[-1].text == words
    other = speaking.write_to(thread=thread, channel="whatsapp", text="Otra", key="2", at=house.now, by=_agent().pk)
    write_decide.take_back_reply(outbox_id=other.pk)
    house.now += timedelta(minutes=1)
    assert house.dispatch().sent == 0
    with pytest.raises(Refused, match="ya salió"):
        write_decide.take_back_reply(outbox_id=row.pk)


def test_two_machines_never_talk_on(house, client):
    for _ in range(7):
        says(house, client, "¿cuánto debo?")
    assert Outbox.objects.filter(step="respuesta").count() == 4


def test_the_company_may_leave_everything_to_people_but_a_stop(house, client):
    write_threads.save_rules(creditor_id=house.creditor.pk, told={"automatic": False})
    says(house, client, "pago el viernes 500")
    assert Promise.objects.count() == 0
    proposal = read.waiting().get()
    write_decide.accept(proposal_id=proposal.pk, at=house.now, by=None, amount_minor=300_00)
    assert Promise.objects.get().amount_minor == 300_00
    assert says(house, client, "ya no me escriban").startswith("Listo")


def test_first_answers_wait_for_a_person(house, client):
    house.creditor.approve_first = 5
    house.creditor.save()
    before = len(house.meta.delivered)
    says(house, client, "¿cuánto debo?")
    assert (len(house.meta.delivered), Outbox.objects.get(step="respuesta").approved) == (before, False)
    assert Conversation.objects.get().waiting_since is not None


def test_bajas_never_break_the_invariants(house, client):
    from puntual.apps.compliance.read import consents_frame
    from puntual.apps.outreach.read import sent_frames
    from puntual.core.compliance import breaches

    says(house, client, "quiero hablar con el gerente")
    thread = Conversation.objects.get()
    speaking.write_to(thread=thread, channel="whatsapp", text="Hola", key="1", at=house.now, by=_agent().pk)
    house.now += timedelta(minutes=1)
    assert house.dispatch().sent == 1
    says(house, client, "ya no me escriban")
    outbox, contacts = sent_frames()
    assert outbox.height == 3
    assert [f.name for f in breaches.judge(outbox, contacts, consents_frame()) if f.counterexamples] == []


def test_every_answer_reads_in_three_languages_and_short_ones_fit_an_sms():
    from puntual.core.channels.sms_text import GSM7, as_sent, measure

    assert len(speaking.known_acts()) == 14
    for act in speaking.known_acts():
        texts = {speaking.words_of(act, "email", one) for one in ("es", "pt", "en")}
        assert len(texts) == 3
        for language in ("es", "pt", "en"):
            short = speaking.words_of(act, "sms", language)
            plain = as_sent(short.replace("{{", "").replace("}}", ""), accents=False)
            assert measure(plain).alphabet == GSM7, (act, language, plain)


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ("usted", "Gracias, Lucía Ocampo. Anotamos que pagará $500.00 MXN el 27 de noviembre. Hasta entonces no le "),
        ("tu", "Gracias, Lucía Ocampo. Anotamos que pagarás $500.00 MXN el 27 de noviembre. Hasta entonces no te "),
        ("vos", "Gracias, Lucía Ocampo. Anotamos que pagarás $500.00 MXN el 27 de noviembre. Hasta entonces no te "),
    ],
)  # fmt: skip
def test_answers_speak_in_the_form_of_address_that_the_creditor_chose(house, client, form, told):
    house.creditor.address_form = form
    house.creditor.save()
    said = says(house, client, "pago el viernes 500")
    assert said.startswith(told)
    change = {"usted": "Si necesita otra fecha", "tu": "Si necesitas otra fecha", "vos": "Si necesitás otra fecha"}
    assert change[form] in said


def test_no_answer_leaves_a_choice_unspoken_and_each_form_is_its_own():
    formal = re.compile(r"\b(?:usted|su|sus|le|responda|puede|podría|envíe|elija)\b", re.IGNORECASE)
    for act in speaking.known_acts():
        for channel in ("email", "sms"):
            for language in ("es", "pt", "en"):
                for form in ("usted", "tu", "vos"):
                    words = speaking.words_of(act, channel, language, form)
                    assert not set("[]") & set(words), (act, channel, language, form)
                    if language == "es" and form != "usted":
                        assert not formal.search(words.replace("puede ser", "")), (act, channel, form, words)


def test_who_speaks_portuguese_is_answered_in_it(house, client):
    from puntual.apps.parties.models import Party

    Party.objects.update(language="pt")
    told = says(house, client, "¿cuánto debo?")
    assert told.startswith("Olá, Lucía Ocampo. Hoje seu saldo com Ferretera del Norte é de")
