"""Ley 1266 de 2008 art. 12 (mod. Ley 2157 de 2021): twenty calendar days after the notice, two for small debts."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from puntual.core.escalation.bureau import RETURNED, Notice, clock, keep_until, notice_text, terms
from puntual.law.loader import load_law

CO = load_law(["CO"]).packs["CO"]
WAGE = 1_423_500_00
BIG, SMALL = 1_000_000_00, 213_524_99  # fifteen percent of the wage is 213,525.00
SENT = date(2026, 11, 1)


def asked(amount=BIG, wage=WAGE, on=SENT):
    return terms(CO, amount_minor=amount, wage_minor=wage, on=on)


def judge(notices, on, amount=BIG, **more):
    rest = {"open_minor": amount, "in_dispute": False, "stayed": False} | more
    return clock(asked(amount), notices, on, **rest)


class TestTheNotice:
    def test_its_law(self):
        assert (asked().rule, asked().notices, asked().days) == ("CO-BUREAU-NOTICE", 1, 20)
        assert asked().cite == "Ley 1266 de 2008 art. 12, mod. Ley 2157 de 2021"
        assert any(w.startswith("W-UNREVIEWED") for w in asked().warnings)

    def test_before_any_notice_nothing_is_reported(self):
        assert judge([], SENT).reason == "report_no_notice"

    @pytest.mark.parametrize(
        ("on", "reason"),
        [
            (date(2026, 11, 1), "report_waiting"),
            (date(2026, 11, 20), "report_waiting"),
            (date(2026, 11, 21), "report_waiting"),  # the twentieth day has not ended
            (date(2026, 11, 22), ""),
            (date(2026, 12, 31), ""),
        ],
    )
    def test_twenty_whole_days(self, on, reason):
        assert judge([Notice(SENT)], on).reason == reason

    def test_a_notice_that_came_back_was_never_given(self):
        found = judge([Notice(SENT, RETURNED)], date(2026, 12, 31))
        assert (found.reason, found.given, found.ready_on) == ("report_no_notice", 0, None)


class TestSmallDebts:
    def test_below_fifteen_percent_of_the_wage_two_notices(self):
        assert (asked(SMALL).rule, asked(SMALL).notices) == ("CO-BUREAU-NOTICE-SMALL", 2)

    def test_exactly_fifteen_percent_is_not_small(self):
        assert asked(213_525_00).notices == 1

    def test_one_is_not_enough(self):
        assert judge([Notice(SENT)], date(2026, 12, 31), SMALL).reason == "report_second_notice"

    def test_two_on_the_same_day_are_one(self):
        assert judge([Notice(SENT), Notice(SENT)], date(2026, 12, 31), SMALL).reason == "report_second_notice"

    def test_the_days_run_from_the_last(self):
        notices = [Notice(SENT), Notice(SENT + timedelta(days=5))]
        assert judge(notices, date(2026, 11, 26), SMALL).reason == "report_waiting"
        assert judge(notices, date(2026, 11, 27), SMALL).ready

    def test_an_unknown_wage_is_read_the_stricter_way_and_said(self):
        found = asked(BIG, wage=None)
        assert found.notices == 2
        assert any(w.startswith("W-WAGE") for w in found.warnings)


class TestWhatStopsIt:
    @pytest.mark.parametrize(
        ("more", "reason"),
        [
            ({"open_minor": 0}, "report_paid"),
            ({"in_dispute": True}, "report_disputed"),
            ({"stayed": True}, "report_stayed"),
        ],
    )
    def test_paid_disputed_or_stayed(self, more, reason):
        assert judge([Notice(SENT)], date(2026, 12, 31), **more).reason == reason

    def test_before_the_law_existed_and_in_countries_that_were_not_read(self):
        assert asked(on=date(2021, 10, 28)) is None
        mexico = load_law(["MX"]).packs["MX"]
        none = terms(mexico, amount_minor=BIG, wage_minor=None, on=SENT)
        assert clock(none, [], SENT, open_minor=BIG, in_dispute=False, stayed=False).reason == "report_no_law"


class TestHowLongItStays:
    """Ley 1266 de 2008 art. 13, mod. Ley 2157 de 2021."""

    def until(self, late, paid=True):
        defaulted = date(2020, 1, 1)
        paid_on = defaulted + timedelta(days=late) if paid else None
        found = keep_until(CO, defaulted_on=defaulted, paid_on=paid_on, on=SENT)
        return found[0], found[1].id

    def test_arrears_of_less_than_two_years_twice_as_long(self):
        assert self.until(100) == (date(2020, 4, 10) + timedelta(days=200), "CO-BUREAU-RETENTION")

    def test_longer_arrears_four_years_from_the_payment(self):
        assert self.until(730)[0] == date(2020, 1, 1) + timedelta(days=730 + 1460)

    def test_never_paid_eight_years_from_the_default(self):
        assert self.until(0, paid=False)[0] == date(2020, 1, 1) + timedelta(days=2920)

    def test_other_countries_do_not_say(self):
        assert keep_until(load_law(["PA"]).packs["PA"], defaulted_on=SENT, paid_on=None, on=SENT) is None


def test_the_notice_says_what_is_owed_and_how_to_answer():
    text = notice_text(
        creditor="Norte", documents=[("A-1", "2026-09-01", "$ 100")], total="$ 100", days=20, pay="x.co/p"
    )
    assert "A-1, vencido el 2026-09-01: $ 100" in text
    assert "pasados 20 días calendario" in text
    assert "no es una comunicación judicial" in text
