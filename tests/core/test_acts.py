"""What is done with a reply: the table of acts, told as the inbox would tell it."""

from datetime import date

import attrs
import pytest

from puntual.core import reasons
from puntual.core.customers import acts
from puntual.core.customers.acts import ActRules, Situation, propose
from puntual.core.customers.understanding import Understanding, combine
from puntual.core.money import Money

TODAY = date(2026, 3, 11)
OWES_1500 = Situation(today=TODAY, open_minor=150_000, currency="MXN")
RULES = ActRules()


def said(*intents: str, confidence: float = 0.95, **more) -> Understanding:
    return Understanding(intents=intents, confidence=confidence, **more)


def done(reply: Understanding, known: Situation = OWES_1500) -> list[tuple[str, str]]:
    return [(one.act, one.who) for one in propose(reply, known, RULES)]


def test_a_promise_with_day_and_amount_is_recorded_with_undo():
    (promise,) = propose(said("promesa", date=date(2026, 3, 13), amount=Money(50_000, "MXN")), OWES_1500, RULES)
    assert (promise.act, promise.who, promise.undoable) == ("record_promise", "automatic", True)
    assert (promise.date, promise.amount_minor) == (date(2026, 3, 13), 50_000)


def test_what_a_promise_lacks_is_asked_and_nothing_is_recorded():
    assert done(said("promesa")) == [("ask_date", "automatic"), ("ask_amount", "automatic")]
    assert done(said("promesa", date=date(2026, 3, 13))) == [("ask_amount", "automatic")]
    assert done(said("promesa", amount=Money(50_000, "MXN"))) == [("ask_date", "automatic")]


def test_all_of_it_means_the_balance_and_half_of_it_is_only_suggested():
    whole = propose(said("promesa", date=date(2026, 3, 13), flags=("full_amount",)), OWES_1500, RULES)
    assert [(one.act, one.amount_minor) for one in whole] == [("record_promise", 150_000)]
    half = propose(said("promesa", date=date(2026, 3, 13), flags=("half_amount",)), OWES_1500, RULES)
    assert [(one.act, one.amount_minor) for one in half] == [("ask_amount", 75_000)]


def test_next_week_is_no_day():
    reply = said("promesa", date=date(2026, 3, 16), amount=Money(50_000, "MXN"), flags=("date_is_period",))
    (ask,) = propose(reply, OWES_1500, RULES)
    assert (ask.act, ask.date) == ("ask_date", date(2026, 3, 16))


@pytest.mark.parametrize(
    ("day", "amount_minor", "promise_open"),
    [
        (date(2026, 3, 10), 50_000, False),
        (date(2026, 6, 30), 50_000, False),
        (date(2026, 3, 13), 150_001, False),
        (date(2026, 3, 13), 50_000, True),
    ],
)
def test_a_promise_in_the_past_too_far_too_large_or_on_top_of_another_goes_to_a_person(day, amount_minor, promise_open):
    known = attrs.evolve(OWES_1500, promise_open=promise_open)
    assert done(said("promesa", date=day, amount=Money(amount_minor, "MXN")), known) == [("record_promise", "person")]


def test_doubt_goes_to_a_person():
    assert done(said("pagado", confidence=0.79)) == [("verify_payment", "person"), ("ask_slip", "person")]


def test_who_says_that_they_paid_is_paused_and_asked_for_the_slip_unless_it_is_already_seen():
    assert done(said("pagado")) == [("verify_payment", "automatic"), ("ask_slip", "automatic")]
    assert done(said("pagado"), attrs.evolve(OWES_1500, payment_seen=True)) == [("thank", "automatic")]


@pytest.mark.parametrize("confidence", [0.99, 0.5, 0.1])
def test_a_stop_never_waits_for_confidence(confidence):
    (stop,) = propose(said("baja", confidence=confidence), OWES_1500, RULES)
    assert (stop.act, stop.who, stop.review) == ("stop", "automatic", confidence < 0.8)


def test_after_a_stop_facts_are_kept_but_nothing_more_is_said():
    assert done(said("baja", "pagado", "info")) == [("stop", "automatic"), ("verify_payment", "automatic")]


def test_a_wrong_person_is_silenced_and_nothing_is_recorded_for_the_debtor():
    reply = said("equivocado", "pagado", "disputa", "promesa", date=date(2026, 3, 13), amount=Money(50_000, "MXN"))
    assert done(reply) == [("silence_contact_point", "automatic")]


def test_a_death_goes_to_a_person_besides():
    reply = said("equivocado", flags=("deceased",))
    assert done(reply) == [("silence_contact_point", "automatic"), ("hand_over", "person")]


def test_a_dispute_takes_its_amount_apart_and_a_second_one_goes_to_its_owner():
    (dispute,) = propose(said("disputa", amount=Money(35_000, "MXN")), OWES_1500, RULES)
    assert (dispute.act, dispute.who, dispute.amount_minor) == ("open_dispute", "automatic", 35_000)
    assert done(said("disputa"), attrs.evolve(OWES_1500, dispute_open=True)) == [("hand_over", "person")]


def test_paid_one_and_disputed_the_other_leaves_the_split_to_a_person():
    assert done(said("pagado", "disputa")) == [
        ("verify_payment", "automatic"), ("ask_slip", "automatic"), ("open_dispute", "person"),
    ]  # fmt: skip


def test_who_cannot_pay_is_offered_a_plan_if_the_policy_has_one():
    assert done(said("no_puede")) == [("offer_plan", "automatic")]
    assert done(said("no_puede"), attrs.evolve(OWES_1500, plan_offered_by_policy=False)) == [("hand_over", "person")]


def test_anger_never_gets_an_automatic_answer():
    assert done(said("info", "enojo")) == [("answer_from_facts", "person"), ("calm", "person"), ("hand_over", "person")]


def test_an_automatic_reply_changes_nothing_and_what_is_not_understood_is_read_by_a_person():
    assert done(said("otro", flags=("auto_reply",))) == [("ignore", "automatic")]
    assert done(said("otro")) == [("hand_over", "person")]


def test_money_of_another_currency_is_asked_again():
    assert done(said("promesa", date=date(2026, 3, 13), amount=Money(5_000, "USD"))) == [("ask_amount", "automatic")]


def test_a_language_model_only_proposes():
    own = said("otro", confidence=0.9)
    proposed = said("promesa", confidence=0.99, date=date(2026, 3, 13), amount=Money(50_000, "MXN"))
    assert done(combine(own, proposed)) == [("record_promise", "person")]


def test_a_language_model_cannot_undo_a_stop():
    both = combine(said("baja"), said("promesa", date=date(2026, 3, 13), amount=Money(50_000, "MXN")))
    assert both.intents == ("baja", "promesa")
    assert done(both)[0] == ("stop", "automatic")
    assert combine(said("baja"), None) == said("baja")


def test_every_row_of_the_table_has_its_sentence_and_every_reply_gets_an_act():
    for row in acts._TABLE:
        assert reasons.sentence(row.reason)
    for intent in ("baja", "equivocado", "pagado", "disputa", "promesa", "no_puede", "info", "enojo", "otro"):
        assert propose(said(intent), OWES_1500, RULES)
        assert reasons.sentence(f"understood_{intent}")


def test_an_understanding_without_intent_or_with_an_unknown_one_does_not_exist():
    for intents in ((), ("amor",)):
        with pytest.raises(ValueError):
            Understanding(intents=intents, confidence=0.5)
