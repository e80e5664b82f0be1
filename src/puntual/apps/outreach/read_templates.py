"""Reads for the screens of templates: which words there are, whose they are, and what they are called."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from puntual.apps.outreach import wording
from puntual.apps.outreach.models import Template

#: What people call the templates that come with the product.
LABELS: Mapping[str, str | Promise] = {
    "recordatorio_previo": _("Aviso antes de vencer"),
    "vence_hoy": _("Vence hoy"),
    "recordatorio": _("Recordatorio"),
    "propuesta_de_plan": _("Propuesta de pagar en partes"),
    "aviso_formal": _("Aviso formal"),
    "promesa_recordatorio": _("Recordatorio de una promesa"),
    "gracias": _("Gracias por su pago"),
}
_FILES = {"email": "correo.txt", "whatsapp": "whatsapp.txt"}
SHIPPED_CHANNELS = tuple(_FILES)


def label(name: str) -> str:
    """The name of a template as people read it."""
    return str(LABELS.get(name, name.replace("_", " ").capitalize()))


def names(creditor_id: int) -> list[str]:
    """Every template that a step may use: those that come with the product, and the creditor's own."""
    own = Template.objects.filter(creditor_id=creditor_id).values_list("name", flat=True)
    order = {name: i for i, name in enumerate(LABELS)}
    return sorted({*wording.names(), *own}, key=lambda n: (order.get(n, 99), n))


def choices(creditor_id: int) -> list[tuple[str, str]]:
    """(name, label) of every template, in the order of a debt's life."""
    return [(name, label(name)) for name in names(creditor_id)]


@attrs.frozen
class Words:
    """The words of one template and channel, and whether the creditor wrote its own."""

    name: str
    channel: str
    subject: str
    text: str
    own: bool


def words(creditor_id: int, name: str, channel: str) -> Words:
    """The creditor's own words, else those that come with the product."""
    mine = Template.objects.filter(creditor_id=creditor_id, name=name, channel=channel, language="es").first()
    if mine and mine.active:
        return Words(name, channel, mine.subject, mine.text, True)
    subject = wording.shipped(name, "asunto.txt").strip() if channel == "email" else ""
    return Words(name, channel, subject, wording.shipped(name, _FILES.get(channel, "whatsapp.txt")), False)


def own_of(creditor_id: int) -> set[tuple[str, str]]:
    """(name, channel) of the templates that the creditor wrote."""
    return set(Template.objects.filter(creditor_id=creditor_id, active=True).values_list("name", "channel"))
