"""Transfers: account numbers that check, PIX codes that banks read, QR codes that scan."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from puntual.adapters.pix import PixCharge, br_code, crc16, read
from puntual.adapters.transfers import check_account, svg
from puntual.core.errors import UnusableInput


@pytest.mark.parametrize(
    ("kind", "text", "pretty", "bank"),
    [
        ("clabe", "002010077777777771", "002 010 07777777777 1", "Banamex"),
        ("cbu", "28505909 40090418135201", "28505909 40090418135201", ""),
        ("cci", "002-193-002234567899-17", "", "BCP"),
        ("iban", "es91 2100 0418 4502 0005 1332", "ES91 2100 0418 4502 0005 1332", ""),
    ],
)
def test_a_right_number_is_shown_as_people_read_it(kind, text, pretty, bank):
    if kind == "cci":
        text = text[:-2] + right_cci(text)
        pretty = f"002 193 002234567899 {text[-2:]}"
    found = check_account(kind, text)
    assert (found.pretty, found.bank) == (pretty, bank)


def right_cci(text):
    """The check digits, tried out: only one pair of the hundred is right."""
    right = []
    for pair in (f"{n:02d}" for n in range(100)):
        try:
            check_account("cci", text[:-2] + pair)
            right.append(pair)
        except UnusableInput:
            pass
    [only] = right
    return only


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("clabe", "002010077777777772"),
        ("cbu", "2850590940090418135200"),
        ("cci", "00219300223456789900"),
        ("iban", "ES9121000418450200051333"),
    ],
)
def test_one_wrong_figure_is_noticed(kind, text):
    with pytest.raises(UnusableInput, match="revise|no coincide"):
        check_account(kind, text)


def test_what_is_too_short_is_said_so():
    with pytest.raises(UnusableInput, match="debe tener 18 cifras y tiene 5"):
        check_account("clabe", "12345")
    with pytest.raises(UnusableInput, match="cbu, cci, clabe, iban"):
        check_account("swift", "X")


# --- PIX ---

CHARGE = PixCharge(
    "Padaria São José Ltda", "São Paulo", 12_345, "PUN0000571", key="123e4567-e12b-12d1-a456-426655440000"
)


def test_the_checksum_of_the_manuals_example():
    # The Central Bank's manual of BR Code prints this code with the checksum 1D3D.
    code = (
        "00020126580014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-4266554400005204000053039865802BR"
        "5913Fulano de Tal6008BRASILIA62070503***6304"
    )
    assert f"{crc16(code):04X}" == "1D3D"


def test_a_static_code_names_key_amount_and_transaction():
    fields = read(br_code(CHARGE))
    assert fields["26"] == "0014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-426655440000"
    assert (fields["54"], fields["53"], fields["58"]) == ("123.45", "986", "BR")
    assert (fields["59"], fields["60"], fields["62"]) == ("Padaria Sao Jose Ltda", "Sao Paulo", "0510PUN0000571")
    assert "01" not in fields


def test_a_dynamic_code_points_at_the_provider():
    fields = read(br_code(PixCharge("Loja", "Rio", 100, "X1", location="pix.provedor.com/qr/v2/abc")))
    assert fields["01"] == "12" and fields["26"].endswith("2526pix.provedor.com/qr/v2/abc")
    assert fields["62"] == "0503***"


@given(st.integers(1, 10**11), st.from_regex(r"[A-Za-z0-9]{1,25}", fullmatch=True))
def test_every_code_reads_back(amount, txid):
    fields = read(br_code(PixCharge("Loja", "Rio", amount, txid, key="a@b.com")))
    assert fields["54"] == f"{amount // 100}.{amount % 100:02d}" and fields["62"].endswith(txid)


@pytest.mark.parametrize(
    "charge",
    [
        PixCharge("Loja", "Rio", 100, "X-1", key="k"),
        PixCharge("Loja", "Rio", 0, "X1", key="k"),
        PixCharge("Loja", "Rio", 100, "X1"),
        PixCharge("Loja", "Rio", 100, "X1", key="k", location="l"),
        PixCharge("", "Rio", 100, "X1", key="k"),
    ],
)
def test_what_does_not_fit_a_code_is_refused(charge):
    with pytest.raises(UnusableInput):
        br_code(charge)


def test_a_cut_code_is_noticed():
    with pytest.raises(UnusableInput, match="cópielo otra vez"):
        read(br_code(CHARGE)[:-1])


def test_a_qr_is_an_svg_element_of_its_own():
    root = etree.fromstring(svg(br_code(CHARGE)))
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert int(root.get("width")) == int(root.get("height")) > 100
