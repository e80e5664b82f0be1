"""What a policy lets people arrange, and when a deposit applies itself, as fields: where each is written, its bounds.

A field shows what holds today, written or not. Saved, it is written only if it was already or if it differs from what
holds without it, so that the text of a policy says what its owner decided and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from decimal import Decimal
from typing import Any

import attrs
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from puntual.core.negotiation.rules import ROLES, CashRules, NegotiationRules

Text = str | Promise


@attrs.frozen
class Spot:
    """One value of the policy: its place in the section, how it is asked, and how it reads from the rules."""

    path: tuple[str, ...]
    label: Text
    read: Callable[[Any], Any]
    low: int
    high: int
    hint: Text = ""
    percent: bool = False

    @property
    def name(self) -> str:
        """The name of its form field."""
        return "_".join(self.path)


def _days(path: str, label: Text, read: Callable[[Any], Any], high: int, hint: Text = "", low: int = 0) -> Spot:
    return Spot(tuple(path.split(".")), label, read, low, high, hint)


def _pct(path: str, label: Text, read: Callable[[Any], Any], hint: Text = "", low: int = 0) -> Spot:
    return Spot(tuple(path.split(".")), label, read, low, 100, hint, percent=True)


PROMISES = (
    _days("promesa.dias_maximos", _("Días hasta la fecha más lejana"), lambda r: r.promise.max_days_ahead, 120),
    _days("promesa.cambios_al_mes", _("Cambios de fecha al mes"), lambda r: r.promise_changes, 30,
          _("Los que la persona hace sola; después habla con alguien.")),
    _days("promesa.dias_de_gracia", _("Días de gracia"), lambda r: r.promise.grace_days, 30,
          _("Después de la fecha, antes de darla por incumplida.")),
    _pct("promesa.tolerancia_pct", _("Puede faltar, en %"), lambda r: r.promise.tolerance_pct,
         _("Con tan poco de menos se tiene por cumplida.")),
    _pct("promesa.parcial_pct", _("Pago parcial que da más tiempo, en %"), lambda r: r.promise.partial_pct),
    _days("promesa.dias_extra", _("Días que da ese pago parcial"), lambda r: r.promise.partial_extra_days, 30),
    _days("promesa.incumplidas", _("Incumplidas en 90 días que dejan prometer otra vez"),
          lambda r: r.promise.max_broken_recent, 20),
    _pct("promesa.minimo_pct", _("Lo menos que se puede prometer, en % de lo que debe"),
         lambda r: r.promise.min_pct_of_open),
)  # fmt: skip
AGREEMENTS = (
    _days("convenio.empieza_en_dias", _("Días hasta el primer pago"), lambda r: r.starts_within_days, 90,
          _("Lo más lejos que puede quedar.")),
    _pct("convenio.tasa_pct", _("Interés del plan, % anual"), lambda r: r.plan_rate_pct,
         _("0: repartir no cuesta nada. Nunca más de lo que la ley permite.")),
    _days("convenio.cambios", _("Cambios de plan"), lambda r: r.replans, 12, _("Los que la persona hace sola.")),
    _days("convenio.oferta_dias", _("Días que vale una propuesta"), lambda r: r.offer_days, 60, low=1),
    _days("convenio.dias_de_gracia", _("Días de gracia por cuota"), lambda r: r.agreement.grace_days, 30),
    _pct("convenio.tolerancia_pct", _("Puede faltar en una cuota, en %"), lambda r: r.agreement.tolerance_pct),
    _days("convenio.cuotas_falladas", _("Cuotas sin pagar que lo rompen"), lambda r: r.agreement.max_missed, 12, low=1),
)  # fmt: skip
SETTLEMENTS = (
    _pct("quita.piso_pct", _("Lo menos que se acepta, en % de lo que debe"), lambda r: r.settlement.floor_pct,
         _("Nadie puede ofrecer menos, con permiso de nadie.")),
    _days("quita.dias", _("Días para pagarla"), lambda r: r.settlement_days, 120, low=1),
    _days("quita.dias_de_gracia", _("Días de gracia"), lambda r: r.settlement.grace_days, 30),
)  # fmt: skip
#: How the policy's roles are called on the screen.
ROLE_NAMES: Mapping[str, Text] = {
    "cliente": _("El cliente, en su página"),
    "gestor": _("Quien gestiona"),
    "supervisor": _("Supervisión"),
    "gerente": _("Gerencia"),
}


def _limit(role: str) -> tuple[Spot, ...]:
    code = ROLES[role]
    return (
        _days(f"autoridad.{role}.cuotas", _("Pagos"), lambda r: r.limit_of(code).max_instalments, 120, low=1),
        _days(f"autoridad.{role}.dias", _("En cuántos días"), lambda r: r.limit_of(code).max_days, 3650, low=1),
        _pct(f"autoridad.{role}.descuento_pct", _("Perdonar, en %"), lambda r: r.limit_of(code).max_waiver_pct),
    )


AUTHORITY: Mapping[str, tuple[Spot, ...]] = {role: _limit(role) for role in ROLES}
NEGOTIATION = (*PROMISES, *AGREEMENTS, *SETTLEMENTS, *(spot for spots in AUTHORITY.values() for spot in spots))
CASH = (
    Spot(("automatico_desde",), _("Confianza desde la que se aplica solo"), lambda r: r.automatic_from, 80, 101,
         _("De 80 a 100; con 101, todo lo confirma una persona.")),
    _pct("parecido_pct", _("Parecido de dos nombres para ser el mismo, en %"),
         lambda r: Decimal(str(round(r.similar_from * 100, 4))), low=70),
)  # fmt: skip


def number(value: Any) -> int | float:
    """A number as a person writes it in the text: 2, 2.5."""
    exact = Decimal(value)
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def initial(spots: Iterable[Spot], rules: NegotiationRules | CashRules) -> dict[str, Any]:
    """field -> what holds today."""
    return {spot.name: number(spot.read(rules)) for spot in spots}


def section(
    spots: Iterable[Spot], given: Mapping[str, Any], kept: Mapping[str, Any] | None, default: Any
) -> dict[str, Any]:
    """The section of the policy with those values; what was not written and holds anyway stays unwritten."""
    made: dict[str, Any] = deepcopy(dict(kept or {}))
    for spot in spots:
        *way, last = spot.path
        value, place = number(given[spot.name]), made
        for key in way:
            # A section left empty in the text reads as None.
            place[key] = place.get(key) or {}
            place = place[key]
        if last in place or value != number(spot.read(default)):
            place[last] = value
    return _pruned(made)


def _pruned(made: dict[str, Any]) -> dict[str, Any]:
    """Without the sections that say nothing."""
    tidy = {k: _pruned(v) if isinstance(v, dict) else v for k, v in made.items()}
    return {k: v for k, v in tidy.items() if v != {}}
