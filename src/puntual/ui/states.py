"""How the state of a due item looks: its word, its tone and its icon. One table for every screen."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@attrs.frozen
class Look:
    """The word, the tone (a class of `badge`) and the icon of a state."""

    text: str | Promise
    tone: str
    icon: str


STATES: Mapping[str, Look] = {
    "upcoming": Look(_("Por vencer"), "", "clock"),
    "due_today": Look(_("Vence hoy"), "warn", "sun"),
    "overdue": Look(_("Vencida"), "bad", "alert"),
    "part_paid": Look(_("Abonada"), "info", "half"),
    "paid": Look(_("Pagada"), "good", "check"),
    "disputed": Look(_("En aclaración"), "clay", "talk"),
    "promise_open": Look(_("Promesa vigente"), "info", "promise"),
    "promise_kept": Look(_("Promesa cumplida"), "good", "promise"),
    "promise_broken": Look(_("Promesa incumplida"), "bad", "broken"),
    "promise_withdrawn": Look(_("Promesa retirada"), "", "undo"),
    "agreement_current": Look(_("Convenio vigente"), "info", "calendar"),
    "credit": Look(_("A favor"), "good", "coin"),
    "cancelled": Look(_("Anulada"), "", "cross"),
    "written_off": Look(_("Castigada"), "", "archive"),
}

#: The state of a message, beside the words of `outreach.choices.SendState`.
SENDS: Mapping[str, Look] = {
    "planned": Look(_("Programado"), "info", "clock"),
    "waiting": Look(_("Por aprobar"), "warn", "eye"),
    "reserved": Look(_("Por salir"), "info", "send"),
    "handing_over": Look(_("Entregándose"), "info", "send"),
    "sent": Look(_("Enviado"), "good", "check"),
    "opened": Look(_("Abierto para enviar"), "good", "talk"),
    "failed": Look(_("Falló"), "bad", "alert"),
    "unknown": Look(_("Sin confirmar"), "warn", "alert"),
    "withdrawn": Look(_("Retirado"), "", "undo"),
    "vetoed": Look(_("No enviar"), "clay", "stop"),
    "denied": Look(_("No permitido"), "clay", "stop"),
}
#: What the gate said.
VERDICTS: Mapping[str, Look] = {
    "allow": Look(_("Se puede"), "good", "check"),
    "defer": Look(_("Se pospuso"), "warn", "clock"),
    "deny": Look(_("No se puede"), "bad", "stop"),
    "skip": Look(_("No tocaba"), "", "pause"),
}


def due_state(days_past_due: int, open_minor: int, original_minor: int, held_by: str | None = None) -> str:
    """The state of a due item that follows from its dates and balance; a promise, agreement or dispute goes first."""
    held = {"promise_open": "promise_open", "agreement_current": "agreement_current", "dispute_open": "disputed"}
    if open_minor <= 0:
        return "paid" if original_minor > 0 else "credit"
    if held_by in held:
        return held[held_by]
    if days_past_due > 0:
        return "overdue"
    if open_minor < original_minor:
        return "part_paid"
    return "due_today" if days_past_due == 0 else "upcoming"
