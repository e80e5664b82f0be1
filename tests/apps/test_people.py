"""People are known once, found by what their companies know of them, and unreadable to whoever steals the database."""

from __future__ import annotations

import pytest
from django.db import connection

from puntual.apps.parties import read, write
from puntual.apps.parties.models import Account, ContactPoint, Party
from puntual.apps.parties.write import NewAccount, NewPoint
from puntual.core.errors import UnusableInput

pytestmark = pytest.mark.django_db


@pytest.fixture
def creditor():
    return write.create_creditor(code="andes", name="Andes", country="CO", zone="America/Bogota", currency="COP")


def register(creditor, *rows):
    return write.register_accounts(creditor=creditor, rows=list(rows))


def test_one_tax_id_is_one_person_over_two_creditors(creditor):
    other = write.create_creditor(code="norte", name="Norte", country="MX", zone="America/Mexico_City", currency="MXN")
    register(creditor, NewAccount("A", "Lucía Ocampo", tax_id="OCL800101AB1"))
    register(other, NewAccount("B", "LUCIA OCAMPO", tax_id="ocl-800101-ab1"))
    assert Party.objects.count() == 1
    assert Account.objects.count() == 2


def test_a_generic_tax_id_never_makes_two_people_one(creditor):
    register(creditor, *(NewAccount(code, code, tax_id="XAXX010101000") for code in "AB"))
    assert Party.objects.count() == 2
    assert read.parties_matching("XAXX010101000") == []


@pytest.mark.parametrize(
    "text", ["ocampo", "Lucía Oca", "OCAMPO lucia", "900.123.456-8", "900123456", "l@example.com", "+573000000001"]
)
def test_a_person_is_found_by(creditor, text):
    points = (NewPoint("email", "l@example.com"), NewPoint("phone", "+573000000001"))
    register(creditor, NewAccount("A", "Lucía Ocampo", tax_id="900123456", points=points), NewAccount("B", "Otro"))
    assert len(read.parties_matching(text)) == 1


def test_nothing_personal_lies_in_the_open(creditor):
    register(
        creditor, NewAccount("A", "Lucía Ocampo", tax_id="900123456", points=(NewPoint("email", "l@example.com"),))
    )
    with connection.cursor() as cursor:
        for table in ("parties_party", "parties_contactpoint", "parties_partytoken"):
            cursor.execute(f"SELECT * FROM {table}")
            stored = b"|".join(
                bytes(v) if isinstance(v, (bytes, memoryview)) else str(v).encode() for row in cursor for v in row
            )
            assert b"Ocampo" not in stored
            assert b"900123456" not in stored
            assert b"example.com" not in stored


def test_a_person_whose_key_was_destroyed_reads_as_erased(creditor):
    register(creditor, NewAccount("A", "Lucía Ocampo"))
    party = Party.objects.get()
    party.key.delete()
    assert read.person(party.pk).name == "(datos borrados)"


def test_it_is_not_me_silences_the_point_everywhere_and_for_ever(creditor):
    same = NewPoint("email", "equivocado@example.com")
    register(creditor, NewAccount("A", "Ana", points=(same,)), NewAccount("B", "Beto", points=(same,)))
    from datetime import UTC, datetime

    point = ContactPoint.objects.order_by("pk").first()
    assert write.silence_point(point=point, reason="wrong_party", at=datetime(2026, 11, 21, tzinfo=UTC)) == 2
    register(creditor, NewAccount("C", "Carla", points=(same,)))
    assert set(ContactPoint.objects.values_list("status", flat=True)) == {"silenced"}


def test_loading_the_same_customers_again_changes_nothing(creditor):
    row = NewAccount("A", "Lucía Ocampo", tax_id="900123456", points=(NewPoint("email", "l@example.com"),))
    first, again = register(creditor, row), register(creditor, row)
    assert (first.created, again.created, again.updated, again.unchanged) == (1, 0, 0, 1)
    assert ContactPoint.objects.count() == 1


def test_what_a_row_leaves_empty_is_not_erased(creditor):
    register(creditor, NewAccount("A", "Lucía Ocampo", credit_days=45, segment="mayorista"))
    register(creditor, NewAccount("A", "Lucía Ocampo"))
    account = Account.objects.get()
    assert (account.credit_days, account.segment) == (45, "mayorista")


def test_an_unknown_ref_says_how_to_ask(creditor):
    with pytest.raises(UnusableInput, match="cta_"):
        read.account("nadie")
