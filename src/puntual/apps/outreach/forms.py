"""The forms of a company's mail server and of its own words."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
SECURITY = [
    ("starttls", _("STARTTLS (puerto 587)")),
    ("tls", _("TLS (puerto 465)")),
    ("none", _("Ninguna (solo en esta misma máquina)")),
]


class MailServerForm(forms.Form):
    """Where and as whom to send."""

    sender = forms.EmailField(label=_("Remitente"), help_text=_("La dirección que verán sus clientes."))
    sender_name = forms.CharField(label=_("Nombre del remitente"), max_length=120, required=False)
    host = forms.CharField(label=_("Servidor"), max_length=200)
    port = forms.IntegerField(label=_("Puerto"), min_value=1, max_value=65535, initial=587)
    security = forms.ChoiceField(label=_("Seguridad"), choices=SECURITY, initial="starttls")
    username = forms.CharField(
        label=_("Usuario"), max_length=200, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    password = forms.CharField(
        label=_("Contraseña"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_host(self) -> str:
        host: str = self.cleaned_data["host"].strip()
        if not _HOST.fullmatch(host):
            raise forms.ValidationError(_("Escriba solo el nombre del servidor, por ejemplo smtp.gmail.com."))
        return host

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        local = data.get("host") in ("localhost", "127.0.0.1", "::1")
        if data.get("security") == "none" and not local:
            self.add_error("security", _("Sin seguridad la contraseña viajaría a la vista: use STARTTLS o TLS."))
        return data


class TestForm(forms.Form):
    """Where to send a test message."""

    to = forms.EmailField(label=_("Enviar una prueba a"))


class TemplateForm(forms.Form):
    """The words of one message, in Liquid."""

    subject = forms.CharField(label=_("Asunto"), max_length=200, required=False)
    text = forms.CharField(
        label=_("Texto"),
        strip=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 18, "spellcheck": "true"}),
    )
    accents = forms.TypedChoiceField(
        label=_("Acentos"), required=False, empty_value=None, coerce=lambda value: value == "si",
        choices=[("", _("Como diga la cuenta de SMS")), ("no", _("Sin acentos: caben más letras")),
                 ("si", _("Con acentos: cuesta más partes"))],
    )  # fmt: skip
    share = forms.IntegerField(
        label=_("Porcentaje de personas que la reciben"), min_value=1, max_value=90, initial=50, required=False
    )


class FirstSendsForm(forms.Form):
    """How many of the next messages are approved one by one."""

    count = forms.IntegerField(label=_("Envíos que aún se aprueban uno por uno"), min_value=0, max_value=1_000_000)


class PriceForm(forms.Form):
    """What one unit of a channel costs."""

    channel = forms.ChoiceField(label=_("Canal"), choices=[
        ("sms", _("SMS, cada parte")), ("whatsapp", _("WhatsApp, cada conversación")), ("voice", _("Voz, cada minuto")),
        ("letter", _("Carta")), ("email", _("Correo")), ("visit", _("Visita")),
    ])  # fmt: skip
    price = forms.CharField(label=_("Precio"), max_length=20, widget=forms.TextInput(attrs={"inputmode": "decimal"}))
    currency = forms.RegexField(r"^[A-Z]{3}$", label=_("Moneda"), max_length=3)
    prefix = forms.CharField(
        label=_("Prefijo del país"), max_length=6, required=False, help_text=_("Vacío: cualquiera. Por ejemplo +52.")
    )
    category = forms.ChoiceField(label=_("Categoría de WhatsApp"), required=False, choices=[
        ("", _("Cualquiera")), ("UTILITY", _("Utilidad")), ("MARKETING", _("Marketing")),
        ("AUTHENTICATION", _("Autenticación")), ("SERVICE", _("Servicio (respuesta en 24 horas)")),
    ])  # fmt: skip
