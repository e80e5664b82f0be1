"""Soft values: prudence may be changed, with a reason and a way back; what the law obliges may not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from puntual.apps.audit.models import AuditRecord
from puntual.apps.compliance import read, write
from puntual.apps.compliance.models import SoftValue
from puntual.apps.parties import write as parties
from puntual.core.errors import Refused, UnusableInput
from puntual.pipeline import load
from puntual.pipeline.law_in_force import law_in_force

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def change(rule="CO-ATTEMPTS-DAY", field="max", value=2, note="Acordado con la abogada", pack="CO", at=AT):
    return write.set_value(pack=pack, rule=rule, field=field, value=value, note=note, at=at)


def limit(rule="CO-ATTEMPTS-DAY"):
    rules = {r.id: r for r in law_in_force(["CO"]).packs["CO"].all_rules()}
    return rules[rule].limit.max_count if rule in rules else None


class TestAValue:
    def test_a_change_rules_at_once_and_is_said(self):
        change()
        assert limit() == 2
        assert law_in_force(["CO"]).rule("CO-ATTEMPTS-DAY").edited

    def test_taken_back_the_norm_rules_again(self):
        row = change()
        write.take_back(value_id=row.pk, at=AT + timedelta(hours=1))
        assert limit() == 1
        assert not law_in_force(["CO"]).rule("CO-ATTEMPTS-DAY").edited

    def test_the_way_back_of_a_second_change_is_the_first_one(self):
        change(value=3)
        second = change(value=2, at=AT + timedelta(hours=1))
        write.take_back(value_id=second.pk, at=AT + timedelta(hours=2))
        assert limit() == 3

    def test_a_soft_rule_can_be_switched_off_and_a_strict_reading_on(self):
        change(field="enabled", value=False)
        assert limit() is None
        assert limit("CO-STRICT-WEEK") is None
        change(rule="CO-STRICT-WEEK", field="enabled", value=True)
        assert limit("CO-STRICT-WEEK") == 1

    def test_hours_are_changed_as_the_norm_writes_them(self):
        change(rule="CO-HOURS-B2B", field="windows", value={"mon-fri": ["09:00-17:00"]})
        assert law_in_force(["CO"]).rule("CO-HOURS-B2B").window.by_weekday[5] == ()

    def test_a_review_is_signed_with_a_licence_never_written_as_a_value(self):
        with pytest.raises(UnusableInput):
            change(rule="", field="reviewer", value="Lic. Ana Ruiz", note="Revisó la norma entera")
        assert law_in_force(["CO"]).packs["CO"].reviewer is None


class TestWhatIsRefused:
    def test_a_hard_rule_with_its_citation(self):
        with pytest.raises(Refused, match="norma firme .*Ley 2300") as said:
            change(rule="CO-HOURS", field="windows", value={"mon-sun": ["00:00-24:00"]})
        assert said.value.rule == "CO-HOURS"
        assert not SoftValue.objects.exists()

    @pytest.mark.parametrize("value", [0, "muchas", -1, None, [2]])
    def test_a_value_that_the_norm_does_not_take_leaves_nothing_behind(self, value):
        with pytest.raises(UnusableInput):
            change(value=value)
        assert not SoftValue.objects.exists()
        assert limit() == 1

    def test_a_change_without_a_reason(self):
        with pytest.raises(UnusableInput, match="por qué"):
            change(note="")
        assert not SoftValue.objects.exists()

    @pytest.mark.parametrize(("rule", "field"), [("CO-NADA", "max"), ("CO-ATTEMPTS-DAY", "severity")])
    def test_a_rule_or_field_that_does_not_exist(self, rule, field):
        with pytest.raises(UnusableInput):
            change(rule=rule, field=field)


class TestOnScreen:
    @pytest.fixture
    def staff(self):
        parties.create_creditor(code="bogota", name="Casa Bogotá", country="CO", zone="America/Bogota", currency="COP")
        web = Client()
        web.force_login(User.objects.create_superuser("marta"))
        return web

    def test_changed_with_a_warning_and_undone(self, staff):
        form = staff.get("/normas/valores/CO-ATTEMPTS-DAY/").content.decode()
        assert "Hágalo con su abogado" in form
        staff.post("/normas/valores/CO-ATTEMPTS-DAY/", {"field": "max", "value": "2", "note": "Lo pidió la abogada"})
        assert limit() == 2
        listed = staff.get("/normas/valores/").content.decode()
        assert "Lo pidió la abogada" in listed
        assert "marta" in listed
        staff.post(f"/normas/valores/{SoftValue.objects.get().pk}/deshacer/")
        assert limit() == 1
        acts = list(AuditRecord.objects.order_by("pk").values_list("act", "actor_name"))
        assert acts[-2:] == [("soft_value_changed", "marta"), ("soft_value_undone", "marta")]

    def test_a_hard_rule_says_why_not(self, staff):
        page = staff.get("/normas/valores/CO-HOURS/").content.decode()
        assert "Es norma firme (Ley 2300 de 2023 art. 3)" in page
        staff.post("/normas/valores/CO-HOURS/", {"field": "windows", "value": "{}", "note": "porque sí"})
        assert not SoftValue.objects.exists()


class TestCircumstances:
    @pytest.fixture
    def party(self):
        creditor = parties.create_creditor(
            code="norte", name="Norte", country="MX", zone="America/Mexico_City", currency="MXN"
        )
        row = parties.NewAccount("C-1", "Ana", debtor="consumer", country="MX")
        parties.register_accounts(creditor=creditor, rows=[row])
        return creditor, read.Consent._meta.get_field("party").related_model.objects.get().pk

    def test_what_a_rule_names_reaches_the_night_and_the_last_look(self, party):
        creditor, pk = party
        write.add_flag(party_id=pk, flag="minor", since=date(2026, 11, 1), until=date(2026, 12, 1))
        known = load.known_at(creditor=creditor, as_of=AT)
        assert known.contact_flags.rows() == [(pk, "minor")]
        assert read.flags_of_many([pk], date(2026, 11, 24)).rows() == [(pk, "minor")]
        assert read.flags_of_many([pk], date(2026, 12, 1)).is_empty()

    def test_one_that_no_norm_names_is_refused(self, party):
        with pytest.raises(UnusableInput, match="Ninguna norma habla de «rico»"):
            write.add_flag(party_id=party[1], flag="rico", since=date(2026, 11, 1), until=None)
