"""What a question asks, what only thanks, and what completes a promise that was asked about: pure, word by word."""

from datetime import date

import pytest

from puntual.core.customers import follow_up, topics
from puntual.core.customers.acts import ASK_AMOUNT, ASK_DATE, IGNORE, Situation, propose
from puntual.core.customers.acts import ActRules as Rules
from puntual.core.customers.follow_up import Asked
from puntual.core.customers.understanding import OTRO, PAGADO, THANKED, Understanding
from puntual.core.money import Money

FRIDAY = date(2026, 11, 27)


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("¿Cuánto debo?", topics.BALANCE),
        ("me dice mi saldo por favor", topics.BALANCE),
        ("¿a qué cuenta se consigna?", topics.HOW_TO_PAY),
        ("a q cuenta deposito", topics.HOW_TO_PAY),
        ("¿dónde te yapeo?", topics.HOW_TO_PAY),
        ("hola, me pasan la clabe por favor", topics.HOW_TO_PAY),
        ("¿Me envían el detalle de la PE0037-010?", topics.INVOICE_COPY),
        ("necesito el XML de la factura", topics.INVOICE_COPY),
        ("quiero hablar con el gerente", ""),
        ("¿me hacen un descuento si liquido?", ""),
    ],
)
def test_a_question_is_told_by_its_words_and_what_facts_do_not_answer_is_for_a_person(text, topic):
    assert topics.question(text) == topic


@pytest.mark.parametrize("text", ["ok", "Ok, muchas gracias!", "listo, gracias", "👍", "👍🏽 🙏", "vale"])
def test_who_only_thanks_waits_for_nobody(text):
    assert topics.only_thanks(text)
    reply = Understanding((OTRO,), 0.9, flags=(THANKED,))
    (act,) = propose(reply, Situation(FRIDAY, 100_00, "MXN"), Rules())
    assert (act.act, act.reason) == (IGNORE, "act_thanked")


@pytest.mark.parametrize(
    "text", ["hola", "ok?", "gracias, ya quedó?", "ok pero no estoy de acuerdo", "gracias por nada", "", "?"]
)
def test_a_greeting_a_question_or_a_but_is_more_than_thanks(text):
    assert not topics.only_thanks(text)


def test_an_amount_alone_answers_the_question_even_when_it_sounds_like_a_payment():
    asked = Asked(ASK_AMOUNT, FRIDAY, None)
    doubtful = Understanding((PAGADO,), 0.79, None, Money(7_300_00, "MXN"))
    completed = follow_up.complete(doubtful, asked)
    assert (completed.intents, completed.date, completed.amount) == (("promesa",), FRIDAY, Money(7_300_00, "MXN"))
    sure = Understanding((PAGADO,), 0.98, None, Money(7_300_00, "MXN"))
    assert follow_up.complete(sure, asked) == sure
    assert follow_up.complete(doubtful, Asked(ASK_DATE, None, None)) == doubtful
