"""The parts of an SMS, counted as the network will charge them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from puntual.core.channels.sms_text import GSM7, UCS2, SmsSize, as_sent, cost, measure, without_accents


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("", SmsSize(GSM7, 0, 0, 160)),
        ("a" * 160, SmsSize(GSM7, 160, 1, 0)),
        ("a" * 161, SmsSize(GSM7, 161, 2, 145)),
        ("a" * 306, SmsSize(GSM7, 306, 2, 0)),
        ("a" * 307, SmsSize(GSM7, 307, 3, 152)),
        ("ñéü¿¡Ñ", SmsSize(GSM7, 6, 1, 154)),
        ("á" + "a" * 69, SmsSize(UCS2, 70, 1, 0)),
        ("á" + "a" * 70, SmsSize(UCS2, 71, 2, 63)),
        ("ó" * 134, SmsSize(UCS2, 134, 2, 0)),
        ("ó" * 135, SmsSize(UCS2, 135, 3, 66)),
        ("€" * 80, SmsSize(GSM7, 160, 1, 0)),
        ("€" * 81, SmsSize(GSM7, 162, 2, 143)),
        ("🙂" * 35, SmsSize(UCS2, 70, 1, 0)),
    ],
)
def test_units_parts_and_room_left(text, size):
    assert measure(text) == size


@pytest.mark.parametrize("letter", "áíóúÁÍÓÚ")
def test_these_letters_of_spanish_are_not_in_the_telephone_alphabet(letter):
    assert measure(letter).alphabet == UCS2
    assert measure(without_accents(letter)) == SmsSize(GSM7, 1, 1, 159)


def test_a_character_of_two_units_is_never_split_over_two_parts():
    # 152 letters and a sign of two units: the sign begins the second part and leaves one unit of the first unused.
    assert measure("a" * 152 + "€" + "b" * 151) == SmsSize(GSM7, 305, 2, 0)
    assert measure("a" * 152 + "€" + "b" * 152) == SmsSize(GSM7, 306, 3, 152)
    assert measure("á" + "a" * 65 + "🙂" + "b" * 65) == SmsSize(UCS2, 133, 2, 0)


def test_without_accents_the_rest_of_spanish_stays():
    assert without_accents("¿Pagó el año pasado? ¡Así es, pingüino, café!") == (
        "¿Pago el año pasado? ¡Asi es, pingüino, café!"
    )
    assert without_accents("«$1\u00a0234,50» – listo… 👍") == '"$1 234,50" - listo... '
    assert without_accents("Joa\u0303o e\u0301l") == "Joao él"


def test_the_choice_halves_the_cost():
    said = "Recordatorio: su factura A-1 por $1,234.50 venció el 20 de noviembre. Si ya pagó, gracias. "
    accented, plain = as_sent(said, accents=True), as_sent(said, accents=False)
    assert (measure(accented).parts, measure(plain).parts) == (2, 1)
    assert cost(2, Decimal("0.0349")) == Decimal("0.0698")
    assert cost(measure(plain).parts, Decimal("0.00125")) == Decimal("0.0013")
