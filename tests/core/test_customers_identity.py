"""Names and tax ids in one normal form, and what a tax id tells about its holder."""

import pytest

from puntual.core.customers.identity import debtor_kind, is_generic, normal_name, normal_tax_id


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("Comercializadora Ñandú, S.A. de C.V.", "comercializadora nandu"),
        ("COMERCIALIZADORA NANDU SA DE CV", "comercializadora nandu"),
        ("La Casa S.A.S.", "la casa"),
        ("Distribuidora Lima E.I.R.L.", "distribuidora lima"),
        ("Viña & Cía. Ltda.", "vina & cia"),
        ("S.A.", "s a"),
        ("  José   Pérez  ", "jose perez"),
    ],
)
def test_a_name_is_compared_without_accents_points_or_legal_form(written, normal):
    assert normal_name(written) == normal


@pytest.mark.parametrize(
    ("written", "country", "normal"),
    [
        ("uRe 180429-tm6", "MX", "URE180429TM6"),
        ("900.123.456-8", "CO", "900123456"),
        ("900123456", "CO", "900123456"),
        ("76.354.771-k", "CL", "76354771K"),
        ("30-71234567-1", "AR", "30712345671"),
        ("12.345.678/0001-95", "BR", "12345678000195"),
        ("ES-B12345674", "ES", "B12345674"),
    ],
)
def test_a_tax_id_has_one_normal_form(written, country, normal):
    assert normal_tax_id(written, country) == normal


@pytest.mark.parametrize(
    ("tax_id", "country"),
    [("XAXX010101000", "MX"), ("XEXX010101000", "MX"), ("222222222222", "CO"), ("9999999999999", "EC"), ("", "MX"),
     ("00000000", "PE"), ("000", "ZZ")],
)  # fmt: skip
def test_an_id_shared_by_many_identifies_nobody(tax_id, country):
    assert is_generic(tax_id, country)
    assert debtor_kind(tax_id, country) == "unknown"


@pytest.mark.parametrize(
    ("tax_id", "country", "kind"),
    [
        ("URE180429TM6", "MX", "business"), ("CACX7605101P8", "MX", "consumer"),
        ("900123456", "CO", "business"), ("52123456", "CO", "consumer"),
        ("20100070970", "PE", "business"), ("10456789012", "PE", "consumer"), ("45678901", "PE", "consumer"),
        ("76354771K", "CL", "business"), ("123456785", "CL", "consumer"),
        ("30712345671", "AR", "business"), ("20267565393", "AR", "consumer"),
        ("1792146739001", "EC", "business"), ("1710034065001", "EC", "consumer"), ("1710034065", "EC", "consumer"),
        ("12345678000195", "BR", "business"), ("12345678909", "BR", "consumer"),
        ("B12345674", "ES", "business"), ("12345678Z", "ES", "consumer"), ("X1234567L", "ES", "consumer"),
        ("URE180429TM6", "US", "unknown"),
    ],
)  # fmt: skip
def test_the_form_of_a_tax_id_suggests_business_or_consumer(tax_id, country, kind):
    assert debtor_kind(tax_id, country) == kind
