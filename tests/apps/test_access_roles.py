"""Roles: who may do what and where, and the menu and the palette that show only that."""

from __future__ import annotations

import pytest

from puntual.apps.access import read, urlmap, write
from puntual.apps.access.choices import ACTS, ROLES, WHOLE_HOUSE, acts_of, is_safe
from puntual.apps.access.grants import Grants, May
from puntual.apps.parties import write as parties


def creditor_named(code):
    return parties.create_creditor(code=code, name=code, country="MX", zone="America/Mexico_City", currency="MXN")


def test_every_act_of_a_role_is_in_the_table_and_only_administration_holds_all():
    assert {act for role in ROLES.values() for act in role.acts} == set(ACTS)
    assert [name for name, role in ROLES.items() if role.acts == set(ACTS)] == ["admin"]


def test_the_auditor_and_the_reader_change_nothing():
    assert all(is_safe(act) for act in ROLES["auditor"].acts | ROLES["read_only"].acts)
    assert not {a for a in ROLES["read_only"].acts if a.endswith(".export")}


@pytest.mark.parametrize(
    ("act", "roles"),
    [
        ("deals.propose", {"admin", "manager", "supervisor", "agent"}),
        ("deals.approve", {"admin", "manager", "supervisor"}),
        ("disputes.work", {"admin", "manager", "supervisor", "agent", "seller"}),
        ("payments.register", {"admin", "manager", "supervisor"}),
        ("policies.activate", {"admin", "manager"}),
        ("legal.propose", {"admin", "manager", "supervisor", "lawyer"}),
        ("legal.approve", {"admin", "manager"}),
        ("log.see", {"admin", "manager", "auditor"}),
        ("people.change", {"admin"}),
        ("keys.change", {"admin"}),
        ("backup.take", {"admin"}),
        ("accounts.export", {"admin", "manager", "supervisor", "auditor"}),
    ],
)
def test_who_may_do_what_matters_most(act, roles):
    assert {name for name, role in ROLES.items() if act in role.acts} == roles


def test_what_touches_every_company_takes_a_role_over_all_of_them():
    assert acts_of(frozenset({"admin"}), whole_house=False) == set(ACTS) - WHOLE_HOUSE
    here = Grants(by_creditor={1: frozenset({"admin"})})
    assert (here.may("backup.take"), here.may("people.change", 1), here.may("people.change", 2)) == (False, True, False)
    assert Grants(everywhere=frozenset({"admin"})).may("backup.take", 7)


def test_roles_at_two_companies_do_not_mix():
    both = Grants(by_creditor={1: frozenset({"manager"}), 2: frozenset({"read_only"})})
    assert (both.may("policies.activate", 1), both.may("policies.activate", 2)) == (True, False)
    assert (both.sees(2), both.sees(3), both.visible([1, 2, 3])) == (True, False, [1, 2])


def test_templates_ask_in_the_words_of_the_table():
    may = May(Grants(by_creditor={1: frozenset({"agent"})}), 1)
    assert (may["deals"]["propose"], may["deals"]["approve"]) == (True, False)
    with pytest.raises(KeyError):
        may["deals"]["aprove"]


@pytest.mark.django_db
class TestInTheBooksOfPeople:
    def test_a_role_is_given_once_and_taken_away(self, django_user_model):
        ana, norte = django_user_model.objects.create_user("ana"), creditor_named("norte")
        assert write.grant(user_id=ana.pk, role="agent", creditor_id=norte.pk)
        assert not write.grant(user_id=ana.pk, role="agent", creditor_id=norte.pk)
        assert read.grants_of(ana).by_creditor == {norte.pk: frozenset({"agent"})}
        assert write.withdraw(user_id=ana.pk, role="agent", creditor_id=norte.pk)
        assert read.grants_of(ana) == Grants()

    def test_who_was_switched_off_may_nothing(self, person):
        ana = person("ana", "admin", is_active=False)
        assert read.grants_of(ana) == Grants()

    def test_the_menu_shows_what_the_role_opens(self, client, person):
        norte = creditor_named("norte")
        client.force_login(person("venta", "seller", norte))
        page = client.get("/aclaraciones/").content.decode()
        shown = [p for p in ("/cartera/", "/aclaraciones/", "/promesas/", "/envios/", "/pagos/", "/configuracion/")
                 if f'<a href="{p}"' in page]  # fmt: skip
        assert shown == ["/aclaraciones/"]

    def test_who_has_no_role_yet_is_told_whom_to_ask(self, client, django_user_model):
        creditor_named("norte")
        client.force_login(django_user_model.objects.create_user("nueva"))
        page = client.get("/").content.decode()
        assert "Personas y permisos" in page and "norte" not in page

    def test_the_refusal_names_the_act_that_is_missing(self, client, person):
        client.force_login(person("lector", "read_only", creditor_named("norte")))
        answer = client.get("/configuracion/")
        assert (answer.status_code, "«Ver la configuración»" in answer.content.decode()) == (403, True)

    def test_another_company_is_not_offered_nor_chosen(self, client, person):
        norte, sur = creditor_named("norte"), creditor_named("sur")
        client.force_login(person("gestora", "agent", norte))
        client.post("/empresa/", {"creditor": sur.pk})
        page = client.get("/cartera/").content.decode()
        assert "sur" not in page

    def test_a_role_that_reaches_one_of_the_chosen_companies_acts_there_only(self, client, person):
        norte, sur = creditor_named("norte"), creditor_named("sur")
        ana = person("ana", "manager", norte)
        write.grant(user_id=ana.pk, role="read_only", creditor_id=sur.pk)
        client.force_login(ana)
        client.post("/empresa/", {"creditor": sur.pk})
        assert client.get("/configuracion/").status_code == 403
        client.post("/empresa/", {"creditor": norte.pk})
        assert client.get("/configuracion/").status_code == 200


def test_a_word_that_is_no_act_does_not_pass_for_one():
    with pytest.raises(ValueError, match="no es un permiso"):
        urlmap.need("payments.mach")


def test_looking_opens_nothing_that_changes():
    assert urlmap.need("payments.see").act("GET") == "payments.see"
    assert urlmap.need("payments.see").act("POST") is None
    assert urlmap.need(("payments.see", "payments.match")).act("POST") == "payments.match"
