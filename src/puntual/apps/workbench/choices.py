"""Words of the desk that other apps may use."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class RowState(models.TextChoices):
    WAITING = "waiting", _("En la cola")
    LATER = "later", _("Vuelve después")
    ROUTE = "route", _("Con un supervisor")
    DONE = "done", _("Terminada por hoy")


class CallBackState(models.TextChoices):
    OPEN = "open", _("Pendiente")
    DONE = "done", _("Hecha")
    CANCELLED = "cancelled", _("Cancelada")


class ScriptState(models.TextChoices):
    DRAFT = "draft", _("Borrador")
    ACTIVE = "active", _("Vigente")
    RETIRED = "retired", _("Retirado")


class DialBy(models.TextChoices):
    TEL = "tel", _("El teléfono de esta computadora (tel:)")
    SIP = "sip", _("Un teléfono por internet (sip:)")
    HAND = "hand", _("A mano: solo se muestra el número")


#: How somebody of the desk stands (core.workbench.availability), as people read it.
STANDS = {
    "available": _("Disponible"),
    "handling": _("En gestión"),
    "wrap_up": _("Cierre"),
    "break": _("Descanso"),
    "lunch": _("Comida"),
    "training": _("Capacitación"),
    "meeting": _("Reunión"),
    "off": _("Terminó su turno"),
    "unknown": _("Sin decir"),
}
#: Groups of the queue, as people read them.
GROUPS = {0: _("Para usted ahora"), 1: _("En riesgo"), 2: _("Fruta madura"), 3: _("Esperar")}
#: Departments to which a person may be passed.
DEPARTMENTS = {
    "supervision": _("Supervisión"),
    "facturacion": _("Facturación"),
    "ventas": _("Ventas"),
    "servicio": _("Servicio al cliente"),
    "juridico": _("Jurídico"),
}
#: Why an agent passes somebody on.
TRANSFER_REASONS = {
    "asks_person": _("Pide hablar con otra persona"),
    "language": _("Prefiere otro idioma"),
    "beyond_me": _("Lo que pide pasa de mis facultades"),
    "department": _("Lo tiene que resolver otra área"),
    "end_of_shift": _("Termina mi turno"),
}
