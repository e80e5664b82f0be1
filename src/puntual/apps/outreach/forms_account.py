"""The form of the account that carries SMS or WhatsApp. Keys are never shown again: an empty one stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

#: adapter -> its keys: field, label, whether it is secret.
KEYS: Mapping[str, tuple[tuple[str, str | Promise, bool], ...]] = {
    "kannel": (
        ("base_url", _("Dirección de Kannel (http://servidor:13013)"), False), ("username", _("Usuario"), False),
        ("password", _("Contraseña"), True), ("smsc", _("SMSC (opcional)"), False),
    ),
    "twilio": (("sid", _("Account SID"), False), ("auth_token", _("Auth token"), True)),
    "whatsapp": (
        ("waba_id", _("Id de la cuenta de WhatsApp Business"), False), ("access_token", _("Llave de acceso"), True),
        ("app_secret", _("Secreto de la app"), True),
        ("verify_token", _("Palabra de verificación (la inventa usted)"), False),
    ),
}  # fmt: skip
#: channel -> who may carry it.
CARRIERS: Mapping[str, tuple[str, ...]] = {"sms": ("kannel", "twilio"), "whatsapp": ("whatsapp",)}
ADDRESS: Mapping[str, str | Promise] = {
    "kannel": _("Remitente o número corto"), "twilio": _("Número, nombre de remitente o servicio MG…"),
    "whatsapp": _("Phone number id de Meta"),
}  # fmt: skip


class AccountForm(forms.Form):
    """One provider's account. `known`: the keys that are not secret, as they are."""

    def __init__(
        self, adapter: str, data: Any = None, *, known: Mapping[str, str] | None = None, address: str = "",
        accents: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(data)
        told = known or {}
        self.fields["address"] = forms.CharField(label=ADDRESS[adapter], max_length=120, initial=address)
        if adapter != "whatsapp":
            self.fields["accents"] = forms.BooleanField(
                label=_("Enviar con acentos"), required=False, initial=accents,
                help_text=_("Con una sola á, í, ó o ú caben 70 letras por parte en vez de 160: cuesta más."),
            )  # fmt: skip
        for name, label, secret in KEYS[adapter]:
            widget = forms.PasswordInput(attrs={"autocomplete": "off"}) if secret else forms.TextInput()
            self.fields[name] = forms.CharField(
                label=label, required=False, max_length=500, widget=widget,
                initial="" if secret else told.get(name, ""),
                help_text=_("Déjela vacía para conservar la que hay.") if secret and told else "",
            )  # fmt: skip

    def credentials(self) -> dict[str, str]:
        """The keys that were typed."""
        return {n: str(v) for n, v in self.cleaned_data.items() if n not in ("address", "accents")}
