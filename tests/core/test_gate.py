"""The gate beyond each country's text: order, unknowns, two countries, reserved contacts, dates of rules, warnings."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from gate_world import ask, candidates, consent, contact, known

from puntual.core import frames
from puntual.core.compliance import GateRules, declared, gate, safe_hours
from puntual.core.errors import UnusableInput
from puntual.law.loader import load_law

MONDAY, SUNDAY = "2026-11-23T10:00:00-05:00", "2026-11-22T10:00:00-05:00"
AS_OF = datetime(2026, 11, 23, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_rows_come_back_in_their_order_with_their_own_columns() -> None:
    asked = candidates(
        {"candidate": 3, "at": SUNDAY}, {"candidate": 1, "at": MONDAY}, {"candidate": 2, "at": MONDAY, "country": None}
    )
    gated = gate(asked, known(), GateRules(load_law()), AS_OF)
    assert gated["candidate"].to_list() == [3, 1, 2]
    assert gated["verdict"].to_list() == ["defer", "allow", "deny"]
    frames.check_frame(gated, {**frames.CANDIDATES, **frames.GATED}, "gated")


def test_no_candidates_give_an_empty_frame_of_the_same_shape() -> None:
    gated = gate(candidates(), known(), GateRules(load_law()), AS_OF)
    assert gated.height == 0
    frames.check_frame(gated, {**frames.CANDIDATES, **frames.GATED}, "gated")


def test_any_value_with_contacts_and_consents_fits() -> None:
    facts = SimpleNamespace(contacts=known().contacts, consents=known().consents)
    gated = gate(candidates({"at": MONDAY}), facts, SimpleNamespace(law=load_law()), date(2026, 11, 23))
    assert gated["verdict"].to_list() == ["allow"]


def test_another_persons_contacts_do_not_count() -> None:
    assert ask(MONDAY, contacts=[contact("2026-11-23T08:00:00-05:00", party=2)])["verdict"] == "allow"


def test_what_is_asked_together_does_not_count_for_one_another() -> None:
    gated = gate(candidates({"at": MONDAY}, {"at": MONDAY}), known(), GateRules(load_law()), AS_OF)
    assert gated["verdict"].to_list() == ["allow", "allow"]


def test_a_country_without_a_pack_is_denied() -> None:
    row = ask(MONDAY, country="JP")
    assert (row["verdict"], row["reason"], row["rule"], row["next_allowed_at"]) == ("deny", "no_pack", None, None)


def test_opt_out_is_told_even_where_the_country_is_unknown() -> None:
    row = ask(MONDAY, country=None, consents=[consent("2026-01-01T00:00:00Z", "withdrawn")])
    assert (row["verdict"], row["reason"]) == ("deny", "opted_out")


def test_a_task_for_our_own_people_is_no_contact() -> None:
    row = ask(SUNDAY, channel="task", country=None, consents=[consent("2026-01-01T00:00:00Z", "withdrawn")])
    assert (row["verdict"], row["reason"]) == ("allow", "allowed")


def test_a_zone_that_does_not_exist_means_every_zone_of_the_country() -> None:
    row = ask("2026-11-23T08:59:59-06:00", country="MX", zones=["America/Macondo"])
    assert (row["verdict"], row["next_allowed_at"]) == ("defer", at("2026-11-23T09:00:00-06:00"))
    assert any(text.startswith("W-ZONE") for text in row["warnings"])


def test_two_countries_both_speak_and_the_strictest_wins() -> None:
    row = ask(
        "2026-11-21T10:00:00-05:00",
        country="CO",
        creditor_country="PE",
        consents=[consent("2026-01-01T00:00:00Z", "granted")],
    )
    assert (row["verdict"], row["rule"]) == ("defer", "PE-HOURS-MESSAGES")
    assert row["pack"] == "CO 2026.11.0 + PE 2026.11.0"
    assert row["next_allowed_at"] == at("2026-11-23T07:00:00-05:00")
    assert [text for text in row["warnings"] if text.startswith("W-UNREVIEWED")] == [
        "W-UNREVIEWED: la norma CO 2026.11.0 está sin revisar por abogado.",
        "W-UNREVIEWED: la norma PE 2026.11.0 está sin revisar por abogado.",
    ]


def test_the_creditors_country_brings_its_consent_rule() -> None:
    assert ask(MONDAY, creditor_country="CO")["reason"] == "no_consent"


def test_a_region_of_one_country_is_not_taken_for_a_region_of_another() -> None:
    # 2 de septiembre es fiesta de Ceuta (ES-CE), no de Ceará (BR-CE).
    row = ask("2026-09-02T10:00:00-03:00", country="BR", subdivision="CE", creditor_country="ES")
    assert row["verdict"] == "allow"


def test_zones_that_never_share_a_lawful_hour_are_never_allowed() -> None:
    row = ask("2026-11-23T10:00:00-06:00", country="CR", zones=["America/Costa_Rica", "Asia/Kolkata"])
    assert (row["verdict"], row["reason"], row["rule"]) == ("deny", "never_allowed", "CR-HOURS")
    assert row["next_allowed_at"] is None


def test_years_without_known_holidays_stay_closed() -> None:
    row = ask("2040-11-26T10:00:00-05:00")
    assert (row["verdict"], row["reason"]) == ("deny", "never_allowed")


class TestReservedContacts:
    """What is already reserved for later counts like what was sent."""

    def test_a_call_reserved_within_the_week_closes_until_a_week_after_it(self) -> None:
        reserved = contact("2026-11-28T12:00:00-03:00", "call")
        row = ask(
            "2026-11-23T12:00:00-03:00", country="CL", zones=["America/Santiago"], channel="call", contacts=[reserved]
        )
        assert (row["rule"], row["next_allowed_at"]) == ("CL-CALL-WEEK", at("2026-12-05T12:00:00-03:00"))

    def test_a_call_reserved_for_a_week_later_does_not_count(self) -> None:
        reserved = contact("2026-11-30T12:00:00-03:00", "call")
        row = ask(
            "2026-11-23T12:00:00-03:00", country="CL", zones=["America/Santiago"], channel="call", contacts=[reserved]
        )
        assert row["verdict"] == "allow"

    def test_what_waits_jumps_over_a_day_that_is_already_taken(self) -> None:
        row = ask("2026-11-23T21:00:00-05:00", contacts=[contact("2026-11-24T10:00:00-05:00")])
        assert (row["rule"], row["next_allowed_at"]) == ("PE-HOURS-MESSAGES", at("2026-11-25T07:00:00-05:00"))

    def test_contacts_that_do_not_fit_in_one_week_leave_room_for_another(self) -> None:
        days = ("2026-11-19", "2026-11-20", "2026-11-28")
        spread = [contact(f"{day}T10:00:00-03:00") for day in days]
        asked = {"country": "BR", "zones": ["America/Sao_Paulo"]}
        assert ask("2026-11-24T10:00:00-03:00", contacts=spread, **asked)["verdict"] == "allow"
        close = [*spread[:2], contact("2026-11-25T10:00:00-03:00")]
        row = ask("2026-11-24T10:00:00-03:00", contacts=close, **asked)
        assert (row["rule"], row["next_allowed_at"]) == ("BR-FREQ-WEEK", at("2026-11-26T10:00:00-03:00"))

    def test_a_free_day_between_two_taken_ones_is_found(self) -> None:
        taken = [contact(f"2026-11-{day}T10:00:00-05:00") for day in (23, 24, 26)]
        row = ask("2026-11-23T12:00:00-05:00", contacts=taken)
        assert (row["rule"], row["next_allowed_at"]) == ("PE-FREQ-DAY", at("2026-11-25T07:00:00-05:00"))


class TestConsents:
    """The person's own later act grants again; nothing else does."""

    STOP = consent("2026-03-01T10:00:00Z", "withdrawn")

    @pytest.mark.parametrize(
        ("said", "verdict"),
        [
            ([], "allow"),
            ([STOP], "deny"),
            ([STOP, consent("2026-04-01T10:00:00Z", "granted")], "allow"),
            ([STOP, consent("2026-04-01T10:00:00Z", "granted", "email")], "allow"),
            ([STOP, consent("2026-04-01T10:00:00Z", "granted", "sms")], "deny"),
            ([STOP, consent("2026-02-01T10:00:00Z", "granted")], "deny"),
            ([STOP, consent("2026-03-01T10:00:00Z", "granted")], "deny"),
            ([STOP, consent("2026-04-01T10:00:00Z", "granted", source="import")], "deny"),
            ([STOP, consent("2026-04-01T10:00:00Z", "granted", source=None)], "deny"),
            ([consent("2026-03-01T10:00:00Z", "withdrawn", "sms")], "allow"),
            ([consent("2026-03-01T10:00:00Z", "withdrawn", "email")], "deny"),
            ([consent("2026-11-23T15:00:00Z", "withdrawn")], "deny"),
            ([consent("2026-11-23T15:00:01Z", "withdrawn")], "allow"),
            (
                [
                    STOP,
                    consent("2026-04-01T10:00:00Z", "granted"),
                    consent("2026-05-01T10:00:00Z", "withdrawn", "email"),
                ],
                "deny",
            ),
        ],
    )
    def test_an_e_mail_on_monday(self, said: list, verdict: str) -> None:
        assert ask(MONDAY, consents=said)["verdict"] == verdict

    def test_whoever_stops_calls_stops_recorded_calls(self) -> None:
        stop = consent("2026-03-01T10:00:00Z", "withdrawn", "call")
        assert ask(MONDAY, channel="voice", consents=[stop])["reason"] == "opted_out"

    def test_many_people_each_with_their_own_word(self) -> None:
        asked = candidates(*({"party": party, "at": MONDAY} for party in range(1, 5)))
        said = [consent("2026-03-01T10:00:00Z", "withdrawn", party=party) for party in (2, 4)]
        gated = gate(asked, known(consents=said), GateRules(load_law()), AS_OF)
        assert gated["verdict"].to_list() == ["allow", "deny", "allow", "deny"]


class TestWarnings:
    """Nothing is a bare green."""

    def test_a_pack_without_reviewer_says_so_beside_an_allow(self) -> None:
        assert ask(MONDAY)["warnings"] == ["W-UNREVIEWED: la norma PE 2026.11.0 está sin revisar por abogado."]

    def test_a_reviewed_pack_says_nothing(self) -> None:
        law = load_law(["PE"], {"PE": {"reviewer": "Lic. Ana Quispe"}})
        assert ask(MONDAY, law=law)["warnings"] == []

    @pytest.mark.parametrize(("days", "stale"), [(180, False), (181, True)])
    def test_a_pack_grows_old_after_180_days(self, days: int, stale: bool) -> None:
        as_of = date(2026, 11, 21) + timedelta(days=days)
        gated = gate(candidates({"at": MONDAY}), known(), GateRules(load_law()), as_of)
        assert any(text.startswith("W-STALE") for text in gated["warnings"].to_list()[0]) == stale

    def test_a_soft_rule_that_decides_says_that_it_is_soft(self) -> None:
        warnings = ask("2026-11-21T10:00:00-05:00")["warnings"]
        assert any(text.startswith("W-SOFT: PE-HOURS-MESSAGES") for text in warnings)

    def test_a_hard_rule_that_decides_does_not(self) -> None:
        warnings = ask("2026-11-21T10:00:00-05:00", channel="call")["warnings"]
        assert not any(text.startswith("W-SOFT") for text in warnings)


class TestSafeHours:
    """What a policy preset may offer."""

    def test_peru_has_no_weekend(self) -> None:
        week = safe_hours(load_law(), "PE", "consumer", "call")
        assert [(f"{a:%H:%M}", f"{b:%H:%M}") for a, b in week["mon"]] == [("07:00", "20:00")]
        assert week["sat"] == week["sun"] == ()

    def test_an_overlay_narrows_the_country(self) -> None:
        week = safe_hours(load_law(), "BR", "consumer", "call", subdivision="RJ")
        assert [(a.hour, b.hour) for a, b in week["fri"]] == [(9, 19)]
        assert week["sat"] == ()

    def test_companies_are_free_in_mexico(self) -> None:
        week = safe_hours(load_law(), "MX", "business", "call")
        assert week["sun"] == ((datetime.min.time(), None),)

    def test_a_country_without_a_pack_offers_nothing(self) -> None:
        assert set(safe_hours(load_law(), "JP").values()) == {()}


class TestDeclaredHours:
    """What the person said of their hours: 12 CFR 1006.6(b)(1), CONC 7.9 and Ley 2300 de 2023 art. 3."""

    NOON = "2026-11-23T12:30:00-05:00"

    def asked(self, when, flags, country="US", **more):
        return ask(when, country=country, zones=["America/New_York"], flags=flags, **more)

    def test_inconvenient_hours_are_closed_and_name_their_law(self) -> None:
        row = self.asked(self.NOON, ["inconvenient:mon-fri=12:00-14:00"])
        assert (row["verdict"], row["rule"], row["cite"]) == ("defer", "US-DECLARED-HOURS", "12 CFR 1006.6(b)(1)")
        assert row["next_allowed_at"] == at("2026-11-23T14:00:00-05:00")

    def test_edges_are_half_open_and_other_days_are_free(self) -> None:
        told = ["inconvenient:mon-fri=12:00-14:00"]
        assert self.asked("2026-11-23T14:00:00-05:00", told)["verdict"] == "allow"
        assert self.asked("2026-11-23T11:59:59-05:00", told)["verdict"] == "allow"
        assert self.asked("2026-11-22T12:30:00-05:00", told)["verdict"] == "allow"

    def test_several_hours_add_up(self) -> None:
        told = ["inconvenient:mon=12:00-14:00", "inconvenient:mon-fri=13:00-20:00", "inconvenient:mon=08:00-09:00"]
        assert self.asked(self.NOON, told)["next_allowed_at"] == at("2026-11-23T20:00:00-05:00")

    def test_a_whole_week_closed_is_never(self) -> None:
        assert self.asked(self.NOON, ["inconvenient:mon-sun=00:00-24:00"])["verdict"] == "deny"

    def test_another_persons_hours_do_not_count(self) -> None:
        assert self.asked(self.NOON, ["inconvenient:mon-fri=12:00-14:00"], party=2)["verdict"] == "allow"

    def test_hours_asked_for_in_writing_open_colombia_but_never_a_holiday(self) -> None:
        consents = [consent("2026-01-01T00:00:00Z", "granted")]
        told = ["requested:sat=15:00-18:00"]
        saturday = "2026-11-21T16:00:00-05:00"
        world = {"country": "CO", "zones": [], "consents": consents}
        assert ask(saturday, flags=[], **world)["rule"] == "CO-HOURS"
        assert ask(saturday, flags=told, **world)["verdict"] == "allow"
        assert ask("2026-11-21T18:00:00-05:00", flags=told, **world)["verdict"] == "defer"
        holiday = "2026-08-07T20:00:00-05:00"
        assert ask(holiday, flags=["requested:fri=19:00-21:00"], **world)["reason"] == "holiday"

    def test_they_open_nothing_where_the_norm_does_not_let_them(self) -> None:
        row = ask("2026-11-23T21:30:00-05:00", country="PE", zones=[], flags=["requested:mon-fri=20:00-22:00"])
        assert row["verdict"] == "defer"

    @pytest.mark.parametrize("wrong", ["inconvenient:lun=12:00-14:00", "requested:mon=14:00-12:00", "inconvenient:mon"])
    def test_hours_that_do_not_exist_are_refused(self, wrong) -> None:
        with pytest.raises(UnusableInput, match="no son horas"):
            declared.parse(wrong)
