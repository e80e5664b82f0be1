"""Pace, pauses, next tries, next channel and price of the ways out, decided by pure functions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from puntual.core.channels import (
    Breaker,
    BreakerRules,
    Bucket,
    Event,
    Pace,
    Price,
    after,
    cost_milli,
    may_send,
    next_channel,
    next_try,
    price_for,
    take,
)
from puntual.core.channels.breaker import TRANSITIONS, State
from puntual.core.channels.prices import expected, minor_of

NOON = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class TestBucket:
    def test_a_full_one_gives_its_burst_and_then_one_at_a_time(self):
        pace = Pace(per_second=2, burst=5)
        bucket, granted, wait = take(Bucket(), pace, 40, NOON)
        assert (granted, wait) == (5, timedelta(seconds=0.5))
        bucket, granted, _ = take(bucket, pace, 40, NOON)
        assert granted == 0
        bucket, granted, _ = take(bucket, pace, 40, NOON + SECOND)
        assert granted == 2

    def test_a_clock_that_goes_back_adds_nothing(self):
        bucket, _, _ = take(Bucket(), Pace(10, 10), 10, NOON)
        assert take(bucket, Pace(10, 10), 1, NOON - timedelta(hours=1))[1] == 0

    @given(
        asks=st.lists(st.tuples(st.integers(1, 50), st.floats(0, 3)), min_size=1, max_size=60),
        rate=st.floats(0.1, 100),
        burst=st.integers(1, 50),
    )
    def test_never_more_than_the_burst_and_the_rate_of_the_time_that_passed(self, asks, rate, burst):
        bucket, now, given_out = Bucket(), NOON, 0
        for wanted, gap in asks:
            now += timedelta(seconds=gap)
            bucket, granted, _ = take(bucket, Pace(rate, burst), wanted, now)
            given_out += granted
            assert granted <= burst
        assert given_out <= burst + rate * (now - NOON).total_seconds() + 1e-3

    @pytest.mark.parametrize(("rate", "burst"), [(0, 5), (1, 0.5)])
    def test_a_pace_of_nothing_is_a_mistake(self, rate, burst):
        with pytest.raises(ValueError, match="pace"):
            Pace(rate, burst)


class TestBackOff:
    def test_each_failure_waits_longer_and_the_last_wait_repeats(self):
        waits = [(next_try(attempts=n, now=NOON) - NOON).total_seconds() / 60 for n in (1, 2, 3, 4, 9)]
        assert waits == [2, 10, 30, 120, 120]

    def test_what_the_provider_asks_is_never_cut_short(self):
        assert next_try(attempts=1, now=NOON, asked=timedelta(hours=1)) == NOON + timedelta(hours=1)
        assert next_try(attempts=3, now=NOON, asked=SECOND) == NOON + timedelta(minutes=30)

    def test_messages_that_failed_together_do_not_come_back_together(self):
        times = {next_try(attempts=2, now=NOON, key=str(n)) for n in range(50)}
        assert len(times) == 50
        assert all(timedelta(minutes=10) <= t - NOON < timedelta(minutes=12) for t in times)
        assert next_try(attempts=2, now=NOON, key="7") in times


class TestBreaker:
    RULES = BreakerRules(threshold=3)

    def fail(self, breaker, times, now=NOON):
        for _ in range(times):
            breaker = after(breaker, Event.TROUBLE, now, self.RULES)
        return breaker

    def test_every_state_knows_every_event(self):
        assert set(TRANSITIONS) == {(state, event) for state in State for event in Event}

    def test_a_good_answer_forgets_the_troubles_before_it(self):
        breaker = after(self.fail(Breaker(), 2), Event.WELL, NOON, self.RULES)
        assert self.fail(breaker, 2).state == State.CLOSED

    def test_three_troubles_open_it_for_a_minute_and_one_message_goes_to_see(self):
        breaker = self.fail(Breaker(), 3)
        assert breaker == Breaker(State.OPEN, 3, 1, NOON + timedelta(minutes=1))
        assert may_send(breaker, NOON + timedelta(seconds=59))[1] == 0
        trial, allowed = may_send(breaker, NOON + timedelta(minutes=1))
        assert (trial.state, allowed) == (State.HALF_OPEN, 1)
        assert after(trial, Event.WELL, NOON, self.RULES) == Breaker()

    def test_a_trial_that_fails_doubles_the_pause_up_to_half_an_hour(self):
        breaker, now, pauses = self.fail(Breaker(), 3), NOON, []
        for _ in range(8):
            pauses.append((breaker.retry_at - now).total_seconds() / 60)
            now = breaker.retry_at
            breaker = after(may_send(breaker, now)[0], Event.TROUBLE, now, self.RULES)
        assert pauses == [1, 2, 4, 8, 16, 30, 30, 30]

    def test_a_provider_that_asks_to_go_slower_rests_and_is_not_in_trouble(self):
        breaker = after(Breaker(), Event.SLOWER, NOON, self.RULES, timedelta(seconds=90))
        assert breaker.state == State.CLOSED
        assert may_send(breaker, NOON + timedelta(seconds=89))[1] == 0
        assert may_send(breaker, NOON + timedelta(seconds=90)) == (Breaker(), None)

    def test_a_person_who_mended_it_need_not_wait(self):
        breaker = after(self.fail(Breaker(), 3), Event.MENDED, NOON, self.RULES)
        assert may_send(breaker, NOON)[1] == 1

    def test_an_answer_that_comes_late_does_not_close_an_open_one(self):
        breaker = self.fail(Breaker(), 3)
        assert after(breaker, Event.WELL, NOON, self.RULES) == breaker


class TestNextChannel:
    ORDER = ("whatsapp", "call", "sms", "email")

    @pytest.mark.parametrize(
        ("tried", "usable", "follows"),
        [
            ({"whatsapp"}, {"sms", "email", "call"}, "sms"),
            ({"whatsapp"}, {"email"}, "email"),
            ({"whatsapp", "sms", "email"}, {"sms", "email", "call"}, None),
            ({"email"}, set(), None),
        ],
    )
    def test_the_first_of_the_policy_by_which_the_person_can_be_reached(self, tried, usable, follows):
        assert next_channel(self.ORDER, tried, usable) == follows


class TestPrices:
    PRICES = (
        Price("sms", 750, "USD"),
        Price("sms", 2_500, "USD", prefix="+52"),
        Price("whatsapp", 1_000, "USD"),
        Price("whatsapp", 400, "USD", category="UTILITY"),
        Price("whatsapp", 200, "USD", prefix="+57", category="UTILITY"),
    )

    @pytest.mark.parametrize(
        ("channel", "to", "category", "milli"),
        [
            ("sms", "+51987654321", "", 750),
            ("sms", "+525550000001", "", 2_500),
            ("whatsapp", "+525550000001", "MARKETING", 1_000),
            ("whatsapp", "+525550000001", "utility", 400),
            ("whatsapp", "+573001112233", "UTILITY", 200),
        ],
    )
    def test_the_longest_prefix_and_then_the_own_category(self, channel, to, category, milli):
        assert price_for(self.PRICES, channel=channel, recipient=to, category=category).unit_milli == milli

    def test_no_price_is_not_the_same_as_free(self):
        assert price_for(self.PRICES, channel="letter") is None
        assert cost_milli(None, 3) is None
        assert cost_milli(Price("email", 0, "USD"), 3) == 0

    def test_fractions_of_a_cent_add_up_before_they_are_rounded(self):
        assert minor_of(1_000 * cost_milli(self.PRICES[0], 1)) == 750
        assert [minor_of(m) for m in (499, 500, 1_499, 1_500)] == [0, 1, 1, 2]

    def test_what_a_day_will_cost_by_currency(self):
        decision = pl.DataFrame(
            {
                "verdict": ["allow"] * 1_000 + ["skip"] + ["allow"],
                "channel": ["sms"] * 1_000 + ["sms", "email"],
                "template": ["recordatorio"] * 1_002,
            }
        )
        units = pl.DataFrame({"channel": ["sms"], "template": ["recordatorio"], "units": [2]})
        assert expected(decision, self.PRICES, units) == {"USD": 1_500}
