"""Soft values of the norms: what this installation changed, when, by whom and why. Private to read and write.

A hard rule never changes. A soft one changes with its reason, is said beside every verdict («valor cambiado aquí») and
can be taken back.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction

from puntual.apps.compliance.models import SoftValue
from puntual.core.errors import Refused, UnusableInput
from puntual.law.loader import FOLDER, available, load_law, read_pack

#: What may be changed of a soft rule, by its kind; `enabled` may be changed of any.
FIELDS: dict[str, tuple[str, ...]] = {
    "contact_window": ("windows", "holidays"),
    "frequency_cap": ("max", "per", "hours", "scope", "count", "channels"),
    "spacing": ("min_hours", "scope", "channels"),
    "notice": ("days", "notices"),
    "retention": ("days",),
    "b2b_terms": ("max_days",),
    "caller_identity": ("prefix",),
    "mandatory_content": ("office",),
}
ENABLED, REVIEWER = "enabled", "reviewer"


def rule_row(pack: str, rule: str) -> dict[str, Any]:
    """The rule as the pack's file says it. UnusableInput when there is none."""
    if pack not in available():
        raise UnusableInput(f"No hay norma de «{pack}»: use una de {', '.join(available())}.", field="pack")
    document = read_pack(FOLDER / f"{pack.lower()}.yaml")
    rows = [*document["rules"], *(r for o in document.get("overlays", {}).values() for r in o["rules"])]
    found = next((row for row in rows if row["id"] == rule), None)
    if found is None:
        raise UnusableInput(f"En la norma de {pack} no hay ninguna regla «{rule}».", field="rule")
    return dict(found)


def editable(row: dict[str, Any]) -> tuple[str, ...]:
    """The fields of a rule that an installation may change; none of a hard one."""
    if row["severity"] == "hard":
        return ()
    return (*(f for f in FIELDS.get(row["kind"], ()) if f in row), ENABLED)


def in_force() -> list[SoftValue]:
    """The values that rule now, oldest first."""
    return list(SoftValue.objects.filter(ended_at=None).order_by("pk"))


def overrides(values: Iterable[SoftValue]) -> dict[str, dict[str, Any]]:
    """The shape that `load_law` takes, from the values that rule."""
    found: dict[str, dict[str, Any]] = {}
    for value in values:
        pack = found.setdefault(value.pack, {})
        if value.field == REVIEWER:
            pack |= _signed(value)
        elif value.field == ENABLED:
            pack.setdefault("strict" if value.value else "disabled", []).append(value.rule)
        else:
            pack.setdefault("rules", {}).setdefault(value.rule, {})[value.field] = value.value
    return found


def _signed(value: SoftValue) -> dict[str, Any]:
    """The lawyer's name and day, while the norm is the one that was read: a newer version is unreviewed again."""
    said = value.value
    if said["version"] != version_of(value.pack):
        return {}
    return {"reviewer": f"{said['name']} ({said['licence']})", "reviewed_on": said["on"]}


def version_of(pack: str) -> str:
    """The version of a norm's file. UnusableInput when there is none."""
    if pack not in available():
        raise UnusableInput(f"No hay norma de «{pack}»: use una de {', '.join(available())}.", field="pack")
    return str(read_pack(FOLDER / f"{pack.lower()}.yaml")["version"])


@transaction.atomic
def sign(*, pack: str, name: str, licence: str, on: date, today: date, at: datetime, by: Any = None) -> SoftValue:
    """A lawyer answers for the norm as it is written in this version: who, with which licence and when."""
    name, licence, version = " ".join(name.split()), " ".join(licence.split()), version_of(pack)
    if len(name) < 5 or len(name.split()) < 2:
        raise UnusableInput("Escriba el nombre completo de quien revisó la norma.", field="name")
    if len(licence) < 3:
        raise UnusableInput("Escriba su número de colegiación, cédula o tarjeta profesional.", field="licence")
    if on > today:
        raise UnusableInput("La revisión no puede ser de un día que aún no llega.", field="on")
    SoftValue.objects.filter(pack=pack, rule="", field=REVIEWER, ended_at=None).update(ended_at=at)
    value = {"name": name[:120], "licence": licence[:60], "on": str(on), "version": version}
    return SoftValue.objects.create(
        pack=pack, rule="", field=REVIEWER, value=value, note=f"Revisó la versión {version}", at=at,
        by=by, by_name=by.get_username() if by else "",
    )  # fmt: skip


@transaction.atomic
def set_value(
    *, pack: str, rule: str, field: str, value: Any, note: str, at: datetime, by: Any = None
) -> SoftValue | None:
    """Change one soft value, with its reason; the pack's own value ends the change (None is given then).

    Refused for a hard rule, citing it; UnusableInput for a value that the norm's schema does not take or without a
    reason.
    """
    if len(note.strip()) < 5:
        raise UnusableInput("Escriba por qué cambia este valor: queda en la bitácora.", field="note")
    if value is None:
        raise UnusableInput("Escriba el valor nuevo: para volver al de la norma, deshaga el cambio.", field="value")
    own = _own_value(pack, rule, field)
    SoftValue.objects.filter(pack=pack, rule=rule, field=field, ended_at=None).update(ended_at=at)
    if value == own:
        return None
    row = SoftValue.objects.create(
        pack=pack, rule=rule, field=field, value=value, note=note.strip()[:300], at=at,
        by=by, by_name=by.get_username() if by else "",
    )  # fmt: skip
    load_law([pack], overrides(in_force()))  # an impossible value never stays: this raises and nothing is kept
    return row


def _own_value(pack: str, rule: str, field: str) -> Any:
    row = rule_row(pack, rule)
    if row["severity"] == "hard":
        raise Refused(
            f"{rule} es norma firme ({row['cite']}): no se puede cambiar desde aquí. Si la ley cambió, actualice el "
            "archivo de la norma.",
            rule=rule,
            cite=row["cite"],
        )
    if field not in editable(row):
        raise UnusableInput(f"De {rule} se puede cambiar: {', '.join(editable(row))}; «{field}» no.", field="field")
    return "mode" not in row if field == ENABLED else row[field]


@transaction.atomic
def take_back(*, value_id: int, at: datetime) -> SoftValue:
    """End a change: the value before it rules again, or the pack's own. UnusableInput if it no longer rules."""
    row = SoftValue.objects.select_for_update().filter(pk=value_id, ended_at=None).first()
    if row is None:
        raise UnusableInput("Ese cambio ya no rige: no hay nada que deshacer.")
    SoftValue.objects.filter(pk=row.pk).update(ended_at=at)
    before = SoftValue.objects.filter(pack=row.pack, rule=row.rule, field=row.field, pk__lt=row.pk).last()
    if before is not None and before.ended_at == row.at:  # this one had replaced it
        SoftValue.objects.create(
            pack=row.pack, rule=row.rule, field=row.field, value=before.value, note=f"se deshizo: {row.note}"[:300],
            at=at, by_name=before.by_name, by=before.by,
        )  # fmt: skip
    return row
