"""Words about the portfolios that a client (mandante) hands to a contact centre."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Purpose(models.TextChoices):
    """What a file of the client is for; each is read by a layout of its own, declared once."""

    ASSIGNMENT = "assignment", _("Asignación")
    UPDATE = "update", _("Actualización")
    WITHDRAWAL = "withdrawal", _("Retiro")


#: purpose -> the kind of table that such a file is.
TABLE = {Purpose.ASSIGNMENT: "invoices", Purpose.UPDATE: "balances", Purpose.WITHDRAWAL: "withdrawals"}
#: The layout of the file that goes back.
RETURN = "return"
#: Results of messages, for the client's table of codes; those of calls are in core.workbench.results.
MESSAGE_RESULTS = {
    "sent": _("Mensaje enviado"),
    "delivered": _("Mensaje entregado"),
    "read": _("Mensaje abierto"),
    "replied": _("La persona respondió"),
    "bounced": _("La dirección no existe"),
    "promise_open": _("Promesa vigente"),
    "promise_kept": _("Promesa cumplida"),
    "promise_broken": _("Promesa incumplida"),
    "promise_withdrawn": _("Promesa retirada"),
    "payment": _("Pago"),
    "payment_back": _("Pago devuelto"),
    "dispute": _("Aclaración abierta"),
    "withdrawn": _("Cuenta retirada por el mandante"),
}
