"""A policy as a value, and how a document written by a person becomes one.

`parse` names every problem it finds, with the place and how to mend it: a policy is edited by owners, not programmers.
Keys are Spanish because the people who edit policies are. See docs/reference/politica.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import time
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

import attrs

from puntual.core.errors import UnusableInput
from puntual.core.frames import CHANNELS
from puntual.core.ledger.position import StageBounds
from puntual.core.money import parse_major
from puntual.core.negotiation import incentive_policy
from puntual.core.negotiation.rules import CashRules, NegotiationRules, read_cash, read_negotiation
from puntual.core.policy.learning import LearningRules, read_learning

#: Channels that a policy may use today. `task` asks a person to decide and contacts nobody.
_KNOWN_CHANNELS = CHANNELS
TASK = "task"
#: The task that asks a person to think of a report to a bureau, and how its step is known.
REPORT_TASK, REPORT_TEMPLATE = "Reporte a central", "reporte_central"
T = TypeVar("T")


@attrs.frozen
class Condition:
    """When a step applies to a due item. Empty means always; all that is said must hold."""

    segments: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    min_minor: Mapping[str, int] = attrs.field(factory=dict)
    max_minor: Mapping[str, int] = attrs.field(factory=dict)
    max_days: int | None = None
    #: Only if what is not due yet is at least so likely to be paid late (0 to 1).
    min_late: float | None = None

    def always(self) -> bool:
        return self == Condition()


@attrs.frozen
class Step:
    """What to do from a day offset on: -4 is four days before the due date, 3 three days after it."""

    id: str
    day: int
    template: str
    channels: tuple[str, ...]
    tone: str = "cordial"
    condition: Condition = attrs.field(factory=Condition)

    @property
    def is_task(self) -> bool:
        return self.channels == (TASK,)


@attrs.frozen
class Policy:
    """A whole policy. Steps are in order of their day; `do_nothing` means that its accounts are never contacted."""

    name: str
    country: str
    steps: tuple[Step, ...]
    bounds: StageBounds = StageBounds()
    hour: time = time(10, 0)
    min_gap_days: int = 3
    minimum_minor: Mapping[str, int] = attrs.field(factory=dict)
    do_nothing: bool = False
    credit_days: int | None = None
    terms: tuple[str, ...] = ()
    late_interest_pct: str | None = None
    #: Days after the due date that cost nothing, and whether the fees that the law allows are charged: no, what the
    #: norm allows without an agreement, or the agreed percent.
    grace_days: int = 0
    collection_fee: bool = False
    collection_fee_pct: str | None = None
    incentives: tuple[Mapping[str, Any], ...] = ()
    negotiation: NegotiationRules = NegotiationRules()
    cash: CashRules = CashRules()
    learning: LearningRules = LearningRules()

    def stage_of(self, day: int) -> str:
        """The stage in which a step of that day offset falls."""
        if day <= self.bounds.preventive:
            return "preventive"
        if day <= self.bounds.administrative:
            return "administrative"
        return "extrajudicial" if day <= self.bounds.extrajudicial else "judicial"


def is_report_task(task: Any) -> bool:
    """Whether a step's task is the report to a bureau."""
    return str(task or "").strip().casefold() == REPORT_TASK.casefold()


def parse(document: Any) -> Policy:
    """The policy of a document. UnusableInput with every problem, one a line."""
    problems: list[str] = []
    if not isinstance(document, Mapping):
        raise UnusableInput("La política debe ser un documento con «politica», «pais» y «pasos».")
    reader = _Reader(document, problems)
    policy = reader.policy()
    if problems or policy is None:
        raise UnusableInput("\n".join(problems), field="politica")
    return policy


_KEYS = {
    "politica", "pais", "vigente_desde", "hora", "dias_entre_contactos", "minimo", "etapas", "canales", "pasos",
    "no_contactar", "dias_de_credito", "condiciones", "interes_moratorio_pct", "dias_de_gracia", "gastos_de_cobranza",
    "incentivos", "negociacion", "conciliacion", "aprender",
}  # fmt: skip
_STEP_KEYS = {"id", "dia", "plantilla", "canales", "tono", "tarea", "cuando"}
_WHEN_KEYS = {"segmentos", "productos", "importe_minimo", "importe_maximo", "dias_maximos", "prob_tarde"}
TONES = ("cordial", "cercano", "neutro", "firme", "formal")


class _Reader:
    """Reads one document, collecting what is wrong."""

    def __init__(self, document: Mapping[str, Any], problems: list[str]) -> None:
        self.document, self.problems = document, problems

    def say(self, where: str, what: str) -> None:
        self.problems.append(f"{where}: {what}")

    def policy(self) -> Policy | None:
        doc = self.document
        for key in sorted(set(doc) - _KEYS):
            self.say(str(key), f"no se conoce esta clave; las que hay son {', '.join(sorted(_KEYS))}.")
        name = str(doc.get("politica") or "").strip()
        if not name:
            self.say("politica", "falta el nombre; escriba, por ejemplo, «politica: Cobranza amable».")
        country = str(doc.get("pais") or "").upper()
        if len(country) != 2:
            self.say("pais", "falta el país, en dos letras: MX, CO, PE, CL...")
        nothing = bool(doc.get("no_contactar", False))
        channels = self._channels("canales", doc.get("canales", ["email"]))
        steps = self._steps(doc.get("pasos", []), channels)
        if not steps and not nothing:
            self.say("pasos", "no hay ningún paso; añada uno o escriba «no_contactar: true».")
        gap = self._whole("dias_entre_contactos", doc.get("dias_entre_contactos", 3), 0, 60)
        credit = doc.get("dias_de_credito")
        policy = attrs.evolve(
            Policy(name, country, tuple(steps)),
            bounds=self._bounds(doc.get("etapas", {})),
            hour=self._hour(doc.get("hora", "10:00")),
            min_gap_days=gap,
            minimum_minor=self._amounts("minimo", doc.get("minimo", {})),
            do_nothing=nothing,
            credit_days=None if credit is None else self._whole("dias_de_credito", credit, 0, 730),
            terms=tuple(str(t) for t in doc.get("condiciones", [])),
            late_interest_pct=self._pct("interes_moratorio_pct", doc.get("interes_moratorio_pct")),
            grace_days=self._whole("dias_de_gracia", doc.get("dias_de_gracia", 0), 0, 365),
            **self._fees(doc.get("gastos_de_cobranza", False)),
            incentives=self._read("incentivos", _incentives, ()),
            negotiation=self._read("negociacion", read_negotiation, NegotiationRules()),
            cash=self._read("conciliacion", read_cash, CashRules()),
            learning=self._read("aprender", read_learning, LearningRules()),
        )
        return None if self.problems else policy

    def _read(self, key: str, reader: Callable[[Any], T], default: T) -> T:
        """What another reader of the core makes of that key; its sentence is one more problem."""
        try:
            return reader(self.document.get(key))
        except UnusableInput as error:
            self.problems.append(error.sentence)
        except (TypeError, ValueError):
            self.say(key, "no tiene la forma que se espera; vea el ejemplo de la guía de políticas.")
        return default

    def _pct(self, where: str, raw: Any) -> str | None:
        """A percent a year as it was agreed; None when nothing was."""
        if raw is None:
            return None
        try:
            rate = Decimal(str(raw))
        except InvalidOperation:
            rate = Decimal("NaN")
        if isinstance(raw, bool) or not rate.is_finite() or not 0 <= rate <= 1000 or rate != round(rate, 6):
            self.say(where, f"«{raw}» no es un porcentaje; escriba solo cifras y punto decimal, por ejemplo 24.")
            return None
        return str(raw)

    def _fees(self, raw: Any) -> dict[str, Any]:
        """«gastos_de_cobranza»: no, norma (what the law allows without an agreement) or the agreed percent."""
        if raw is False or raw is None or raw == "no":
            return {}
        if raw is True or raw == "norma":
            return {"collection_fee": True}
        return {"collection_fee": True, "collection_fee_pct": self._pct("gastos_de_cobranza", raw)}

    def _steps(self, raw: Any, channels: tuple[str, ...]) -> list[Step]:
        if not isinstance(raw, list):
            self.say("pasos", "debe ser una lista de pasos, cada uno con «dia» y «plantilla».")
            return []
        steps = [s for i, one in enumerate(raw, 1) if (s := self._step(f"pasos[{i}]", one, channels))]
        for before, after in zip(steps, steps[1:]):
            if after.day <= before.day:
                self.say(after.id, f"el día {after.day} no va después del día {before.day} del paso «{before.id}».")
        repeated = {s.id for s in steps if sum(t.id == s.id for t in steps) > 1}
        for step_id in sorted(repeated):
            self.say(step_id, "hay dos pasos con este id; déle otro a uno.")
        return steps

    def _step(self, where: str, raw: Any, channels: tuple[str, ...]) -> Step | None:
        if not isinstance(raw, Mapping):
            self.say(where, "debe tener «dia» y «plantilla».")
            return None
        for key in sorted(set(raw) - _STEP_KEYS):
            self.say(where, f"no se conoce la clave «{key}»; las que hay son {', '.join(sorted(_STEP_KEYS))}.")
        day = self._whole(f"{where}.dia", raw.get("dia"), -90, 3650)
        task = raw.get("tarea")
        step_id = str(raw.get("id") or f"dia{day:+d}")[:24]
        if day > 90 and not task:
            self.say(where, f"el día {day} pasa de 90: ahí solo cabe «tarea: Decidir», nunca un envío automático.")
        asked = REPORT_TEMPLATE if is_report_task(task) else "decidir"
        template = str(raw.get("plantilla") or (asked if task else ""))
        if not template:
            self.say(where, "falta la plantilla del mensaje.")
        tone = str(raw.get("tono", "cordial"))
        if tone not in TONES:
            self.say(where, f"el tono «{tone}» no se conoce; use {', '.join(TONES)}.")
        own = (TASK,) if task else self._channels(f"{where}.canales", raw["canales"]) if "canales" in raw else channels
        return Step(step_id, day, template[:40], own, tone, self._condition(f"{where}.cuando", raw.get("cuando", {})))

    def _condition(self, where: str, raw: Any) -> Condition:
        if not isinstance(raw, Mapping):
            self.say(where, f"debe decir alguna de estas: {', '.join(sorted(_WHEN_KEYS))}.")
            return Condition()
        for key in sorted(set(raw) - _WHEN_KEYS):
            self.say(where, f"no se conoce «{key}»; las que hay son {', '.join(sorted(_WHEN_KEYS))}.")
        days = raw.get("dias_maximos")
        return Condition(
            tuple(str(s) for s in raw.get("segmentos", [])),
            tuple(str(p) for p in raw.get("productos", [])),
            self._amounts(f"{where}.importe_minimo", raw.get("importe_minimo", {})),
            self._amounts(f"{where}.importe_maximo", raw.get("importe_maximo", {})),
            None if days is None else self._whole(f"{where}.dias_maximos", days, -90, 3650),
            self._share(f"{where}.prob_tarde", raw.get("prob_tarde")),
        )

    def _share(self, where: str, raw: Any) -> float | None:
        """A probability, from 0 to 1; None when nothing is asked."""
        if raw is None:
            return None
        if isinstance(raw, bool) or not isinstance(raw, int | float) or not 0 <= raw <= 1:
            self.say(where, f"«{raw}» debe ser un número de 0 a 1, por ejemplo 0.7.")
            return None
        return float(raw)

    def _channels(self, where: str, raw: Any) -> tuple[str, ...]:
        given = [raw] if isinstance(raw, str) else list(raw or [])
        for channel in given:
            if channel not in _KNOWN_CHANNELS or channel == TASK:
                known = ", ".join(c for c in _KNOWN_CHANNELS if c != TASK)
                self.say(where, f"el canal «{channel}» no se conoce; use {known}.")
        if not given:
            self.say(where, "falta al menos un canal.")
        return tuple(str(c) for c in given)

    def _amounts(self, where: str, raw: Any) -> dict[str, int]:
        if not isinstance(raw, Mapping):
            self.say(where, "escriba un importe por moneda, por ejemplo {MXN: 50.00}.")
            return {}
        amounts = {}
        for currency, major in raw.items():
            try:
                amounts[str(currency)] = parse_major(str(major), str(currency)).minor
            except UnusableInput as error:
                self.say(where, error.sentence)
        return amounts

    def _bounds(self, raw: Any) -> StageBounds:
        raw = raw if isinstance(raw, Mapping) else {}
        days = [
            self._whole(f"etapas.{name}", raw.get(name, default), -30, 3650)
            for name, default in (("preventiva", 0), ("administrativa", 30), ("extrajudicial", 90))
        ]
        if sorted(days) != days or len(set(days)) < 3:
            self.say("etapas", "cada etapa debe terminar después de la anterior.")
        return StageBounds(*days)

    def _hour(self, raw: Any) -> time:
        # YAML reads an unquoted 10:00 as the base-60 number 600.
        text = f"{raw // 60:02d}:{raw % 60:02d}" if isinstance(raw, int) and not isinstance(raw, bool) else str(raw)
        try:
            return time.fromisoformat(text)
        except ValueError:
            self.say("hora", f'«{raw}» no es una hora; escriba, por ejemplo, "10:00".')
            return time(10, 0)

    def _whole(self, where: str, raw: Any, low: int, high: int) -> int:
        if isinstance(raw, bool) or not isinstance(raw, int) or not low <= raw <= high:
            self.say(where, f"«{raw}» debe ser un número entero entre {low} y {high}.")
            return max(low, 0)
        return raw


def _incentives(raw: Any) -> tuple[Mapping[str, Any], ...]:
    """The incentives as they are written, once they read well."""
    rows = tuple(raw or ())
    incentive_policy.read(rows)
    return rows
