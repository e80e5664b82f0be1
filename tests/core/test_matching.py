"""Cash application line by line: what is applied alone, what is asked, what is never guessed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from puntual.adapters.names import similar
from puntual.core.errors import UnusableInput
from puntual.core.ledger import references
from puntual.core.ledger.matching import learn, match_statement
from puntual.core.ledger.statement import Customer, Deduction, Line, MatchRules, Open, Withholding

DAY = date(2026, 3, 2)
ANA = Customer(1, "Ana Lucía Torres Medina", ("TOMA800101AB1",), (), ("012180000000000011",))
FERRE = Customer(2, "Ferretería El Clavo SA de CV", ("FCL990101XX2",), ("PEDRO CLAVO RUIZ",), ())
OTHER_ANA = Customer(3, "Ana Lucía Torres Medina", (), (), ())
OPENS = [
    Open(11, 1, "FA-10011", date(2026, 1, 10), 100_000, "MXN"),
    Open(12, 1, "FA-10012", date(2026, 2, 10), 250_000, "MXN"),
    Open(13, 1, "FA-10013", date(2026, 3, 10), 70_000, "MXN", request=5),
    Open(21, 2, "FA-20021", date(2026, 1, 5), 580_000, "MXN"),
    Open(22, 2, "FA-20022", date(2026, 2, 5), 99_000, "MXN"),
]
RULES = MatchRules(short_minor=200, withholdings=(Withholding("retefuente", Decimal("2.5")),))
REF_ANA, REF_FERRE = references.make("1", 1), references.make("1", 2)


def one(text="", amount=100_000, payer="", bank="", customers=(ANA, FERRE), opens=OPENS, currency="MXN"):
    line = Line(1, DAY, amount, currency, text, payer, bank)
    [proposal] = match_statement([line], customers, opens, rules=RULES, similar=similar)
    assert sum(part for _, part in proposal.parts) + proposal.unapplied_minor == amount
    return proposal


def test_a_reference_with_the_exact_amount_of_a_document():
    p = one(f"SPEI {REF_ANA}", 250_000)
    assert (p.account, p.parts, p.automatic) == (1, ((12, 250_000),), True)
    assert p.reasons == ("match_reference", "match_amount")


def test_a_reference_that_the_bank_broke_with_blanks():
    assert one(f"REF {REF_ANA[:4]} {REF_ANA[4:8]}-{REF_ANA[8:]}").account == 1


def test_the_reference_of_a_payment_request_names_its_documents():
    p = one(f"PAGO {references.make('2', 5)}", 70_000)
    assert (p.account, p.parts, p.automatic) == (1, ((13, 70_000),), True)


def test_a_part_goes_to_the_oldest():
    p = one(REF_ANA, 130_000)
    assert (p.parts, p.automatic, p.reasons[-1]) == (((11, 100_000), (12, 30_000)), True, "match_partial")


def test_too_much_stays_unapplied():
    p = one(REF_ANA, 500_000)
    assert (p.unapplied_minor, p.automatic, p.reasons[-1]) == (80_000, True, "match_overpaid")


def test_the_sum_of_two_documents():
    p = one(REF_ANA, 170_000)
    assert (p.parts, p.reasons[-1]) == (((11, 100_000), (13, 70_000)), "match_subset")


def test_a_named_document_is_paid_and_not_an_older_one():
    p = one("pago factura fa 10012", 200_000)
    assert (p.parts, p.automatic) == (((12, 200_000),), True)


def test_what_is_paid_over_the_named_documents_stays_unapplied():
    p = one("PAGO FA10012", 260_000)
    assert (p.parts, p.unapplied_minor) == (((12, 250_000),), 10_000)


def test_a_document_that_owes_nothing_is_asked():
    settled = [attrs.evolve(OPENS[0], open_minor=0), *OPENS[1:]]
    p = one("PAGO FA-10011", 100_000, opens=settled)
    assert (p.automatic, p.parts, p.unapplied_minor) == (False, (), 100_000)
    assert "match_named_closed" in p.reasons


def test_a_withholding_is_its_own_deduction():
    # 5,800.00 less 2.5 % = 5,655.00; the 145.00 are kept for the tax office.
    p = one("FA-20021", 565_500)
    assert (p.parts, p.deductions) == (((21, 565_500),), (Deduction(21, "retefuente", 14_500),))
    assert p.automatic and p.reasons == ("match_document", "match_withholding")


def test_a_few_cents_short_close_the_document():
    p = one("FA-20022", 98_900)
    assert (p.parts, p.deductions) == (((22, 98_900),), (Deduction(22, "short", 100),))
    assert one("FA-20022", 98_799).deductions == ()


def test_a_known_bank_account_is_enough():
    p = one("TRANSFERENCIA", 100_000, "X", "0121 8000 0000 0000 11")
    assert (p.account, p.automatic, p.reasons) == (1, True, ("match_payer_account", "match_amount"))


def test_whoever_pays_with_anothers_reference_pays_for_the_other():
    p = one(f"REF {REF_FERRE}", 99_000, "ANA LUCIA TORRES MEDINA", "012180000000000011")
    assert (p.account, p.parts, p.automatic) == (2, ((22, 99_000),), True)


def test_a_reference_and_a_document_of_someone_else_contradict_each_other():
    p = one(f"REF {REF_FERRE} FA-10011", 100_000)
    assert not p.automatic and set(p.alternatives) | {p.account} == {1, 2}


def test_a_name_by_ear_needs_an_amount_that_fits():
    assert one("", 250_000, "TORREZ MEDINA ANA LUCIA").automatic
    p = one("", 33_333, "TORREZ MEDINA ANA LUCIA")
    assert (p.account, p.automatic) == (1, False)


def test_a_learnt_alias_with_an_amount_that_fits():
    p = one("", 99_000, "Pedro Clavo Ruiz")
    assert (p.account, p.automatic, p.reasons) == (2, True, ("match_alias", "match_amount"))


def test_two_people_of_one_name_are_never_told_apart_by_chance():
    p = one("", 250_000, "ANA LUCIA TORRES MEDINA", customers=(ANA, OTHER_ANA))
    assert (p.automatic, p.account, p.alternatives) == (False, 1, (3,))


def test_an_amount_alone_is_only_a_suggestion():
    p = one("DEPOSITO EN EFECTIVO", 580_000)
    assert (p.account, p.automatic, p.confidence) == (2, False, 40)


def test_money_that_goes_out_is_not_a_payment():
    p = one(REF_ANA, -100)
    assert (p.account, p.automatic, p.reasons) == (None, False, ("match_not_income",))


def test_another_currency_pays_nothing():
    p = one(REF_ANA, 100_000, currency="USD")
    assert (p.parts, p.unapplied_minor) == ((), 100_000)


def test_nobody_knows():
    p = one("VARIOS", 123)
    assert (p.account, p.confidence, p.reasons) == (None, 0, ("match_none",))


def test_money_proposed_once_is_not_there_twice():
    lines = [Line(1, DAY, 100_000, "MXN", REF_ANA), Line(2, DAY, 100_000, "MXN", REF_ANA)]
    first, second = match_statement(lines, [ANA], OPENS, rules=RULES)
    assert first.parts == ((11, 100_000),)
    assert second.parts == ((12, 100_000),) and second.reasons[-1] == "match_partial"


def test_a_confirmed_line_teaches_name_and_bank_account():
    line = Line(1, DAY, 1, "MXN", "", "Clavo Ruiz Hermanos", "0141 8000")
    assert learn(line, 2, [ANA, FERRE]) == ("CLAVO RUIZ HERMANOS", "01418000")


def test_the_name_of_another_customer_is_not_learnt():
    line = Line(1, DAY, 1, "MXN", "", "Ana Lucia Torres Medina", "")
    assert learn(line, 2, [ANA, FERRE]) == (None, None)


# --- references ---


@given(st.sampled_from(["1", "2"]), st.integers(1, 10**11 - 1))
def test_a_reference_reads_back(kind, number):
    assert references.read(references.make(kind, number)) == (kind, number)


@given(st.integers(1, 9_999_999), st.integers(1, 9), st.integers(0, 8))
def test_every_wrong_figure_and_every_swap_is_noticed(number, change, at):
    good = references.make("1", number)
    wrong = f"{good[: at + 1]}{(int(good[at + 1]) + change) % 10}{good[at + 2 :]}"
    assert references.read(wrong) is None
    if good[at] != good[at + 1]:
        assert references.read(good[:at] + good[at + 1] + good[at] + good[at + 2 :]) is None


def test_what_a_person_typed_is_forgiven_its_blanks_and_told_its_faults():
    assert references.check(references.pretty(REF_ANA)) == ("1", 1)
    with pytest.raises(UnusableInput, match="cópiela otra vez"):
        references.check("1000000199")
