"""Which facts a company tells its customers by themselves."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class EventRules(models.Model):
    """What is told when it happens, once each. Without a row: as the defaults say. Welcome waits to be asked for,
    because a first import brings everybody at once."""

    creditor = models.OneToOneField("parties.Creditor", on_delete=models.CASCADE, primary_key=True, related_name="+")
    welcome = models.BooleanField(
        _("dar la bienvenida a cada cliente nuevo"), default=False,
        help_text=_("Con las condiciones y un botón para aceptarlas. A quien ya tiene algo vencido no se le envía."),
    )  # fmt: skip
    promise_made = models.BooleanField(_("confirmar cada promesa de pago"), default=True)
    promise_broken = models.BooleanField(
        _("preguntar cuando una promesa no se cumplió"), default=True,
        help_text=_("Toma el lugar del recordatorio de ese día: nadie recibe los dos."),
    )  # fmt: skip
    offer = models.BooleanField(
        _("enviar cada convenio o quita que se propone"), default=True,
        help_text=_("Con las horas y los topes de un recordatorio; toma el lugar del de ese día."),
    )  # fmt: skip
    plan = models.BooleanField(_("enviar el plan de pagos que se acordó"), default=True)
    dispute = models.BooleanField(_("contar cómo se resolvió una aclaración"), default=True)
    receipt = models.BooleanField(
        _("enviar el recibo con cada pago, en lugar de solo las gracias"), default=False
    )  # fmt: skip
