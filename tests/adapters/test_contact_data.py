"""Phones, e-mails and tax ids as people write them in spreadsheets."""

import pytest

from puntual.adapters.contact_fields import contacts
from puntual.adapters.emails import parse_email
from puntual.adapters.phones import parse_phone
from puntual.adapters.tax_ids import check_tax_id, colombian_digit_matches


@pytest.mark.parametrize(
    ("written", "country", "e164"),
    [
        ("521 55 1234 5678", "MX", "+525512345678"),
        ("+52 1 55 1234 5678", "MX", "+525512345678"),
        ("044 55 1234 5678", "MX", "+525512345678"),
        ("01 55 1234 5678", "MX", "+525512345678"),
        ("(55) 1234-5678 ext. 12", "MX", "+525512345678"),
        ("+5215512345678", "US", "+525512345678"),
        ("011 15-2345-6789", "AR", "+5491123456789"),
        ("+54 9 11 2345-6789", "AR", "+5491123456789"),
        ("+54 11 15 2345-6789", "AR", "+5491123456789"),
        ("0351 15 612-3456", "AR", "+5493516123456"),
        ("11 2345-6789", "AR", "+541123456789"),
        ("300 123 4567", "CO", "+573001234567"),
        ("987 654 321", "PE", "+51987654321"),
        ("9 8765 4321", "CL", "+56987654321"),
        ("0034 612 345 678", "MX", "+34612345678"),
    ],
)
def test_a_phone_in_any_habit_becomes_the_number_to_dial(written, country, e164):
    assert parse_phone(written, country).e164 == e164


@pytest.mark.parametrize("written", ["12345", "s/n", "", "0000000000", "55 1234 567"])
def test_what_cannot_be_dialled_is_no_phone(written):
    assert parse_phone(written, "MX") is None


@pytest.mark.parametrize(
    ("written", "address"),
    [
        (" Ana.Ruiz@EJEMPLO.com ", "Ana.Ruiz@ejemplo.com"),
        ("<pagos@empresa.com.mx>", "pagos@empresa.com.mx"),
        ("josé@empresa.mx", "josé@empresa.mx"),
        ("ana@", None),
        ("ana..ruiz@empresa.mx", None),
        ("ana@empresa", None),
        ("no tiene", None),
        ("a" * 65 + "@empresa.mx", None),
    ],
)
def test_an_address_has_one_form_or_none(written, address):
    assert parse_email(written) == address


def test_a_cell_with_several_contacts_gives_each_once():
    found = contacts(
        emails=["ana@a.mx; pagos@a.mx, ana@A.mx"], phones=["5512345678 / 55 1234 5678; 99"], whatsapps=["5587654321"],
        country="MX",
    )  # fmt: skip

    assert [(c.channel, c.value) for c in found] == [
        ("email", "ana@a.mx"),
        ("email", "pagos@a.mx"),
        ("whatsapp", "+525587654321"),
        ("call", "+525512345678"),
    ]


@pytest.mark.parametrize(
    ("tax_id", "country"),
    [
        ("EKU9003173C9", "MX"), ("900123456-8", "CO"), ("20100070970", "PE"), ("12345678", "PE"),
        ("76.354.771-K", "CL"),
        ("20-26756539-3", "AR"), ("1792146739001", "EC"), ("123.456.789-09", "BR"), ("B12345674", "ES"),
    ],
)  # fmt: skip
def test_a_right_tax_id_has_no_warning(tax_id, country):
    checked = check_tax_id(tax_id, country)

    assert (checked.valid, checked.generic, checked.warning) == (True, False, "")


def test_a_wrong_check_digit_only_warns_and_a_generic_id_does_not_identify():
    wrong, generic = check_tax_id("EKU9003173C8", "MX"), check_tax_id("XAXX010101000", "MX")

    assert wrong.valid is False
    assert "RFC" in wrong.warning
    assert (wrong.normal, wrong.debtor) == ("EKU9003173C8", "business")
    assert generic.generic is True
    assert "no identifica a nadie" in generic.warning


def test_the_check_digit_of_a_nit_is_verified_where_it_is_written():
    assert colombian_digit_matches("800.197.268-4") is True
    assert colombian_digit_matches("800197268-5") is False
    assert colombian_digit_matches("800197268") is None
