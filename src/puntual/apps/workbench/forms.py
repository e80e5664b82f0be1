"""What the desk's forms bring, read into values with a sentence for what cannot be."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation

from django.http import QueryDict
from django.utils.translation import gettext as _

from puntual.core.errors import UnusableInput
from puntual.core.money import parse_major
from puntual.core.negotiation.quote import Terms
from puntual.core.time import local_instant, parse_date


def token(given: QueryDict) -> str:
    """What makes the same form, sent twice, one act."""
    text = given.get("token", "")
    if not 16 <= len(text) <= 40 or not text.isalnum():
        raise UnusableInput(_("Este formulario ya no sirve: ábralo otra vez."))
    return text


def amount(given: QueryDict, currency: str) -> int:
    """Minor units of the amount written."""
    money = parse_major(given.get("amount", "").strip() or "0", currency)
    if money.minor <= 0:
        raise UnusableInput(_("Escriba un importe mayor que cero, por ejemplo 1234.50."), field="amount")
    return money.minor


def day(given: QueryDict, name: str) -> date:
    return parse_date(given.get(name, ""))


def moment(given: QueryDict, zone: str) -> datetime:
    """The local day and hour of a call-back, as an instant."""
    on = day(given, "on")
    try:
        hour = time.fromisoformat(given.get("hour", ""))
    except ValueError:
        raise UnusableInput(_("Escriba la hora así: 16:30."), field="hour") from None
    return local_instant(on, hour, zone)


def terms(given: QueryDict) -> Terms:
    """The shape of a plan."""
    count = given.get("instalments", "")
    if not count.isdigit() or not 2 <= int(count) <= 60:
        raise UnusableInput(_("Un plan va de 2 a 60 pagos."), field="instalments")
    try:
        down = Decimal(given.get("down", "") or "0")
        waived = Decimal(given.get("waive", "") or "0")
    except InvalidOperation:
        raise UnusableInput(_("Escriba los porcentajes con cifras, por ejemplo 10."), field="down") from None
    return Terms(
        int(count), given.get("every", "month"), day(given, "first_on"), down_payment_pct=down,
        waive_interest_pct=waived, waive_fee_pct=waived,
    )  # fmt: skip


def words(given: QueryDict) -> str:
    return given.get("text", "").strip()[:2000]


def listed(text: str) -> list[str]:
    """«uno, dos» as a list without empty ones, in small letters."""
    return [one.strip().lower() for one in text.split(",") if one.strip()][:12]
