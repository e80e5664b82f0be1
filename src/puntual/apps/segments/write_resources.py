"""What there is to spend on a day and what a contact does, as people fix it; nothing changes if something is unread."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from puntual.apps.parties.models import Creditor
from puntual.apps.segments import read
from puntual.apps.segments.models import Economics, Resources
from puntual.core.errors import UnusableInput
from puntual.core.money import Money
from puntual.core.planning.economics import ASSUMED
from puntual.ui.amounts import read_amount
from puntual.ui.channels import CHANNELS

_WHOLE = {
    "minutes": _("Minutos de asesor al día"), "lines": _("Líneas de teléfono"),
    "approvals": _("Revisiones que caben en un día"),
}  # fmt: skip


def save(creditor: Creditor, data: Mapping[str, str]) -> dict[str, str]:
    """Field -> what is wrong with it; empty if all was read and kept."""
    wrong: dict[str, str] = {}
    fields: dict[str, Any] = {name: _whole(data, name, wrong) for name in _WHOLE}
    fields["budget_minor"] = _money(data, "budget", creditor.currency, wrong)
    fields["channel_counts"] = {c: n for c in ASSUMED if (n := _whole(data, f"most_{c}", wrong)) is not None}
    said = {c: _said(c, data, creditor, wrong) for c in ASSUMED}
    if not wrong:
        with transaction.atomic():
            Resources.objects.update_or_create(creditor=creditor, defaults=fields)
            Economics.objects.filter(creditor=creditor).delete()
            Economics.objects.bulk_create(
                Economics(creditor=creditor, channel=c, **one) for c, one in said.items() if one != _assumed(c)
            )
    return wrong


def _assumed(channel: str) -> dict[str, Any]:
    minutes, reach, lift = ASSUMED[channel]
    return {"minutes": minutes, "reach": reach, "lift": lift, "harm_minor": 0}


def _said(channel: str, data: Mapping[str, str], creditor: Creditor, wrong: dict[str, str]) -> dict[str, Any]:
    return {
        "minutes": _number(data, f"minutes_{channel}", 0, 600, wrong),
        "reach": _number(data, f"reach_{channel}", 0, 100, wrong) / 100,
        "lift": _number(data, f"lift_{channel}", 0, 100, wrong) / 100,
        "harm_minor": _money(data, f"harm_{channel}", creditor.currency, wrong) or 0,
    }


def _whole(data: Mapping[str, str], name: str, wrong: dict[str, str]) -> int | None:
    text = data.get(name, "").strip()
    if text and not text.isdigit():
        wrong[name] = _("Escriba un número entero, o deje vacío si no hay límite.")
    return int(text) if text.isdigit() else None


def _number(data: Mapping[str, str], name: str, low: float, high: float, wrong: dict[str, str]) -> float:
    try:
        value = round(float(data.get(name, "0").strip().replace(",", ".") or 0), 4)
    except ValueError:
        value = -1.0
    if not low <= value <= high:
        wrong[name] = _("Escriba un número de %(low)s a %(high)s.") % {"low": low, "high": high}
    return value


def _money(data: Mapping[str, str], name: str, currency: str, wrong: dict[str, str]) -> int | None:
    text = data.get(name, "").strip()
    if not text:
        return None
    try:
        return read_amount(text, currency)
    except UnusableInput as error:
        wrong[name] = error.sentence
        return None


def shown(creditor: Creditor, given: Mapping[str, str], wrong: Mapping[str, str]) -> dict[str, Any]:
    """What the page shows: what was typed if something is wrong, else what rules."""
    row = Resources.objects.filter(creditor=creditor).first()
    own = read.own_economics(creditor.pk)

    def major(minor: int | None) -> str:
        return "" if not minor else str(Money(minor, creditor.currency).major())

    def plain(value: float) -> str:
        return f"{value:g}"

    def field(name: str, label: str, kept: str) -> tuple[str, str, str, str]:
        return name, label, given.get(name, kept), wrong.get(name, "")

    limits = [field(n, label, str(getattr(row, n) or "") if row else "") for n, label in _WHOLE.items()]
    limits.append(field("budget", _("Presupuesto del día"), major(row.budget_minor) if row else ""))
    channels = []
    for code in ASSUMED:
        one = own.get(code) or Economics(channel=code, **_assumed(code))
        most = str((row.channel_counts if row else {}).get(code, ""))
        channels.append((
            CHANNELS[code][0] if code in CHANNELS else code,
            code in own,
            [
                field(f"most_{code}", _("Contactos al día, como mucho"), most),
                field(f"minutes_{code}", _("Minutos de una persona"), plain(one.minutes)),
                field(f"reach_{code}", _("De cada 100, llegan a la persona"), plain(round(100 * one.reach, 2))),
                field(f"lift_{code}", _("De cada 100 que lo reciben, pagan por eso"), plain(round(100 * one.lift, 2))),
                field(f"harm_{code}", _("Daño esperado de uno, en dinero"), major(one.harm_minor)),
            ],
        ))  # fmt: skip
    return {"limits": limits, "channels": channels, "wrong": wrong}
