"""The rules of negotiation and of cash application as a policy writes them, in Spanish; what is left out has a default.

One place says how long a promise may be, how many instalments a customer may choose alone, who approves what, how low a
settlement may go and from which confidence a bank line applies itself: the page, the agent's screen, the night's
judgement and the matching of the bank read the same value.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import attrs

from puntual.core.errors import UnusableInput
from puntual.core.ledger.allocation import Strategy
from puntual.core.ledger.statement import MatchRules, Withholding
from puntual.core.money import parse_major
from puntual.core.negotiation.agreement import AgreementRules
from puntual.core.negotiation.authority import Limit
from puntual.core.negotiation.promise import PromiseRules
from puntual.core.negotiation.settlement import SettlementRules

#: Roles from the least to the most powerful: how a policy names them -> their code.
ROLES: Mapping[str, str] = {"cliente": "portal", "gestor": "agent", "supervisor": "supervisor", "gerente": "manager"}
_LIMITS = (
    Limit("portal", Decimal(0), 4, 110),
    Limit("agent", Decimal(5), 6, 200),
    Limit("supervisor", Decimal(20), 12, 380),
    Limit("manager", Decimal(60), 24, 740),
)


@attrs.frozen
class NegotiationRules:
    """Everything that a policy says about arranging a debt.

    `promise_changes`: how often the person may move the date in 30 days. `starts_within_days`: latest first instalment
    of a plan. `replans`: how often the person may change the own plan alone. `settlement_days`: how long a settlement
    may wait for its payment. `refund_alone_minor`: by currency, what one person gives back without another's approval.
    """

    promise: PromiseRules = PromiseRules()
    promise_changes: int = 2
    agreement: AgreementRules = AgreementRules()
    starts_within_days: int = 15
    plan_rate_pct: Decimal = Decimal(0)
    replans: int = 1
    settlement: SettlementRules = SettlementRules(Decimal(60))
    settlement_days: int = 10
    offer_days: int = 7
    limits: tuple[Limit, ...] = _LIMITS
    refund_alone_minor: Mapping[str, int] = attrs.field(factory=dict)

    def limit_of(self, role: str) -> Limit:
        """What that role may grant alone; the customer's own for one that is unknown."""
        return next((limit for limit in self.limits if limit.role == role), self.limits[0])


@attrs.frozen
class CashRules:
    """How sure a bank line must be, what difference is forgiven by currency, which taxes customers keep, and to which
    documents money goes that names none.
    """

    automatic_from: int = 90
    short_minor: Mapping[str, int] = attrs.field(factory=dict)
    withholdings: tuple[Withholding, ...] = ()
    similar_from: float = 0.86
    strategy: Strategy = Strategy.OLDEST

    def of(self, currency: str) -> MatchRules:
        """The matching's rules for lines of one currency."""
        return MatchRules(
            self.automatic_from, self.short_minor.get(currency, 0), self.withholdings, self.similar_from,
            strategy=self.strategy,
        )  # fmt: skip


_NEGOTIATION = {"promesa", "convenio", "quita", "autoridad", "devolucion_sin_otro"}
_PROMISE = {
    "dias_maximos", "dias_de_gracia", "tolerancia_pct", "parcial_pct", "dias_extra", "incumplidas", "minimo_pct",
    "cambios_al_mes",
}  # fmt: skip
_AGREEMENT = {
    "dias_de_gracia", "tolerancia_pct", "cuotas_falladas", "empieza_en_dias", "tasa_pct", "cambios", "oferta_dias",
}  # fmt: skip
_SETTLEMENT = {"piso_pct", "dias", "dias_de_gracia"}
_LIMIT = {"cuotas", "dias", "descuento_pct"}
_CASH = {"automatico_desde", "diferencia_perdonada", "retenciones", "parecido_pct", "reparto"}


def read_negotiation(document: Any) -> NegotiationRules:
    """The «negociacion» of a policy. UnusableInput names what is wrong and how to mend it."""
    doc = _mapping("negociacion", document, _NEGOTIATION)
    promise = _mapping("negociacion.promesa", doc.get("promesa"), _PROMISE)
    plan = _mapping("negociacion.convenio", doc.get("convenio"), _AGREEMENT)
    quita = _mapping("negociacion.quita", doc.get("quita"), _SETTLEMENT)
    base = NegotiationRules()
    return NegotiationRules(
        promise=_promise(promise, base.promise),
        promise_changes=_whole(promise, "promesa.cambios_al_mes", base.promise_changes, 0, 30),
        agreement=attrs.evolve(
            base.agreement,
            grace_days=_whole(plan, "convenio.dias_de_gracia", base.agreement.grace_days, 0, 30),
            tolerance_pct=_pct(plan, "convenio.tolerancia_pct", base.agreement.tolerance_pct),
            max_missed=_whole(plan, "convenio.cuotas_falladas", base.agreement.max_missed, 1, 12),
        ),
        starts_within_days=_whole(plan, "convenio.empieza_en_dias", base.starts_within_days, 0, 90),
        plan_rate_pct=_pct(plan, "convenio.tasa_pct", base.plan_rate_pct),
        replans=_whole(plan, "convenio.cambios", base.replans, 0, 12),
        offer_days=_whole(plan, "convenio.oferta_dias", base.offer_days, 1, 60),
        settlement=attrs.evolve(
            base.settlement,
            floor_pct=_pct(quita, "quita.piso_pct", base.settlement.floor_pct),
            grace_days=_whole(quita, "quita.dias_de_gracia", base.settlement.grace_days, 0, 30),
        ),
        settlement_days=_whole(quita, "quita.dias", base.settlement_days, 1, 120),
        limits=_limits(doc.get("autoridad")),
        refund_alone_minor=_amounts("negociacion.devolucion_sin_otro", doc.get("devolucion_sin_otro")),
    )


def _promise(given: Mapping[str, Any], base: PromiseRules) -> PromiseRules:
    return attrs.evolve(
        base,
        max_days_ahead=_whole(given, "promesa.dias_maximos", base.max_days_ahead, 0, 120),
        grace_days=_whole(given, "promesa.dias_de_gracia", base.grace_days, 0, 30),
        tolerance_pct=_pct(given, "promesa.tolerancia_pct", base.tolerance_pct),
        partial_pct=_pct(given, "promesa.parcial_pct", base.partial_pct),
        partial_extra_days=_whole(given, "promesa.dias_extra", base.partial_extra_days, 0, 30),
        max_broken_recent=_whole(given, "promesa.incumplidas", base.max_broken_recent, 0, 20),
        min_pct_of_open=_pct(given, "promesa.minimo_pct", base.min_pct_of_open),
    )


def _limits(raw: Any) -> tuple[Limit, ...]:
    given = _mapping("negociacion.autoridad", raw, set(ROLES))
    found = []
    for name, limit in zip(ROLES, _LIMITS):
        own = _mapping(f"negociacion.autoridad.{name}", given.get(name), _LIMIT)
        where = f"autoridad.{name}"
        found.append(
            Limit(
                limit.role,
                _pct(own, f"{where}.descuento_pct", limit.max_waiver_pct),
                _whole(own, f"{where}.cuotas", limit.max_instalments, 1, 120),
                _whole(own, f"{where}.dias", limit.max_days, 1, 3650),
            )
        )
    return tuple(found)


def read_cash(document: Any) -> CashRules:
    """The «conciliacion» of a policy. UnusableInput names what is wrong and how to mend it."""
    doc = _mapping("conciliacion", document, _CASH)
    base = CashRules()
    likeness = _pct(doc, "conciliacion.parecido_pct", Decimal(86))
    if likeness < 70:
        raise UnusableInput(
            "conciliacion.parecido_pct: menos de 70 confundiría a personas distintas.", field="politica"
        )
    # Under 80 a name that is merely alike would move money by itself.
    return CashRules(
        _whole(doc, "conciliacion.automatico_desde", base.automatic_from, 80, 101),
        _amounts("conciliacion.diferencia_perdonada", doc.get("diferencia_perdonada")),
        tuple(_withholding(n, row) for n, row in enumerate(doc.get("retenciones") or (), 1)),
        float(likeness) / 100,
        _strategy(doc.get("reparto", base.strategy)),
    )


def _strategy(value: Any) -> Strategy:
    if value not in list(Strategy):
        known = ", ".join(Strategy)
        raise UnusableInput(f"conciliacion.reparto: «{value}» no es un reparto; use {known}.", field="politica")
    return Strategy(value)


def _withholding(number: int, raw: Any) -> Withholding:
    where = f"conciliacion.retenciones[{number}]"
    row = _mapping(where, raw, {"nombre", "pct"})
    if not str(row.get("nombre") or "").strip():
        raise UnusableInput(f"{where}: falta «nombre», por ejemplo ISR.", field="politica")
    return Withholding(str(row["nombre"]).strip()[:20], _pct(row, f"{where}.pct", Decimal(0)))


def _mapping(where: str, raw: Any, known: set[str]) -> Mapping[str, Any]:
    if raw is None:
        return {}
    if not isinstance(raw, Mapping):
        raise UnusableInput(f"{where}: debe decir alguna de estas: {', '.join(sorted(known))}.", field="politica")
    for key in sorted(set(raw) - known, key=str):
        raise UnusableInput(f"{where}: no se conoce «{key}»; use {', '.join(sorted(known))}.", field="politica")
    return raw


def _whole(given: Mapping[str, Any], where: str, default: int, low: int, high: int) -> int:
    value = given.get(where.rpartition(".")[2], default)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise UnusableInput(f"{where}: «{value}» debe ser un número entero entre {low} y {high}.", field="politica")
    return value


def _pct(given: Mapping[str, Any], where: str, default: Decimal) -> Decimal:
    value = given.get(where.rpartition(".")[2], default)
    try:
        pct = Decimal("NaN") if isinstance(value, bool) else Decimal(str(value))
    except InvalidOperation:
        pct = Decimal("NaN")
    if not pct.is_finite() or not 0 <= pct <= 100:
        raise UnusableInput(f"{where}: «{value}» debe ser un porcentaje entre 0 y 100.", field="politica")
    return pct


def _amounts(where: str, raw: Any) -> dict[str, int]:
    if raw is None:
        return {}
    if not isinstance(raw, Mapping):
        raise UnusableInput(f"{where}: escriba un importe por moneda, por ejemplo {{MXN: 50.00}}.", field="politica")
    return {str(currency): parse_major(str(major), str(currency)).minor for currency, major in raw.items()}
