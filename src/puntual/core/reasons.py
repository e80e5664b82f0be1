"""One catalogue of reasons. Every act, skip, deferral and refusal names a code from here; people read its sentence.

A sentence may hold named gaps in braces, filled by `sentence`. Each app or package adds its codes here, never elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping

CATALOGUE: Mapping[str, str] = {
    # acts
    "step_due": "Toca este paso de la política.",
    "allowed": "Se puede contactar ahora.",
    "promise_reminder": "Recordatorio único, un día antes de la fecha prometida.",
    "decision_needed": "Pasó el último plazo: una persona decide el siguiente paso.",
    "sent": "Mensaje enviado.",
    # nothing to do
    "no_open_balance": "No debe nada.",
    "covered_by_unapplied": "Hay dinero recibido sin aplicar que cubre la deuda.",
    "below_minimum": "El saldo es menor que el mínimo que la política contacta.",
    "not_due_yet": "Todavía no toca ningún paso de la política.",
    "already_contacted": "Ya se le contactó por este paso.",
    "min_gap": "Pasaron menos días que los que la política deja entre contactos.",
    "do_nothing_policy": "Su política es no contactar.",
    "no_policy": "No hay una política activa para esta cuenta.",
    "condition_not_met": "No cumple la condición del paso.",
    "more_urgent_step": "Se consolidó en un solo mensaje con un paso más urgente.",
    "capacity": "No alcanzó la capacidad de hoy; queda para mañana.",
    "hold_out": "Está en el grupo de control del experimento.",
    "withdrawn_paid": "Se retiró: el saldo se pagó después de planearlo.",
    "withdrawn_changed": "Se retiró: la situación cambió después de planearlo.",
    "vetoed": "Una persona marcó «No enviar».",
    "awaiting_approval": "Espera que una persona apruebe el envío.",
    "stale_bank": "Los pagos del banco no están al día; se espera para no reclamar lo ya pagado.",
    # facts that pause
    "promise_open": "Tiene una promesa de pago vigente.",
    "agreement_current": "Tiene un convenio de pago vigente.",
    "dispute_open": "El importe está en aclaración.",
    "payment_to_verify": "Dijo que ya pagó; se está verificando.",
    "complaint_open": "Tiene una queja abierta.",
    "vulnerable": "Situación delicada: lo atiende una persona.",
    "moratorium": "Hay una moratoria o un procedimiento que detiene el cobro.",
    "deceased": "Consta el fallecimiento: lo atiende una persona.",
    "insolvency": "Está en un procedimiento de insolvencia.",
    "legal_representation": "Lo representa un abogado: solo se habla con él.",
    # people and places
    "no_contact_point": "No hay un punto de contacto utilizable.",
    "contact_point_silenced": "Esa persona pidió que no se use este contacto.",
    "wrong_party": "Ese contacto no es de esta persona.",
    "no_channel": "Ningún canal de este paso se puede usar.",
    # the law
    "outside_window": "Fuera del horario permitido.",
    "holiday": "Es feriado: no se permite contactar.",
    "frequency_cap": "Límite de contactos alcanzado.",
    "spacing": "Debe pasar más tiempo desde el último contacto.",
    "channel_exclusivity": "Tras un contacto directo solo se puede usar el mismo canal esta semana.",
    "forbidden_channel": "La norma no permite este canal.",
    "forbidden_recipient": "La norma no permite contactar a esa persona.",
    "no_consent": "Falta la autorización de la persona para este canal.",
    "opted_out": "La persona pidió que no se le escriba.",
    "unknown_country": "No se conoce el país de la persona: no se contacta sin saber qué norma rige.",
    "unknown_zone": "No se conoce la zona horaria de la persona.",
    "no_pack": "No hay norma cargada para ese país: no se contacta.",
    "never_allowed": "La norma no deja ningún horario para este contacto.",
    # sending
    "expired": "El mensaje caducó antes de poder salir.",
    "permanent_failure": "El proveedor lo rechazó en definitiva.",
    "temporary_failure": "El proveedor falló por ahora; se intentará de nuevo.",
    "unknown_outcome": "Se cortó mientras se entregaba: no se sabe si llegó; no se repite por sí solo.",
    "template_error": "La plantilla tiene un error.",
}


def sentence(code: str, **gaps: object) -> str:
    """The Spanish sentence of a reason. KeyError for a code that is not in the catalogue."""
    return CATALOGUE[code].format(**gaps) if gaps else CATALOGUE[code]


def as_json(code: str, *, rule: str | None = None, cite: str | None = None, **gaps: object) -> dict[str, str | None]:
    """The form in which every interface gives a reason."""
    return {"code": code, "text": sentence(code, **gaps), "rule": rule, "cite": cite}
