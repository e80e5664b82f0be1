"""Forms of Configuración: the mailbox, how answers are looked after, an answer kept ready."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from puntual.apps.inbox.choices import Then
from puntual.apps.inbox.models import InboxRules


class MailboxForm(forms.Form):
    """An IMAP account, entered with a password or with a permission. What is secret and left empty stays as it is."""

    address = forms.EmailField(label=_("Dirección del buzón"), help_text=_("la que recibe las respuestas"))
    host = forms.CharField(label=_("Servidor IMAP"), max_length=200)
    port = forms.IntegerField(label=_("Puerto"), min_value=1, max_value=65535, initial=993)
    security = forms.ChoiceField(
        label=_("Seguridad"), choices=[("tls", "TLS (993)"), ("starttls", "STARTTLS (143)"), ("none", _("Ninguna"))]
    )
    username = forms.CharField(label=_("Usuario"), max_length=200)
    password = forms.CharField(
        label=_("Contraseña"), required=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )
    oauth = forms.ChoiceField(
        label=_("Cómo se entra"), required=False,
        choices=[("", _("Con contraseña")), ("microsoft", _("Con permiso de Microsoft (OAuth)")),
                 ("google", _("Con permiso de Google (OAuth)"))],
    )  # fmt: skip
    client_id = forms.CharField(label=_("Identificador de su aplicación"), required=False, max_length=200)
    client_secret = forms.CharField(
        label=_("Secreto de su aplicación"), required=False, max_length=300,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip
    folder = forms.CharField(label=_("Carpeta"), initial="INBOX", max_length=100)
    tags = forms.BooleanField(
        label=_("El servidor acepta direcciones con +"), required=False,
        help_text=_("como cobranza+123@suempresa.com: así se reconoce cada respuesta aunque cambie el asunto"),
    )  # fmt: skip

    def clean_security(self) -> str:
        security: str = self.cleaned_data["security"]
        host = self.cleaned_data.get("host", "")
        if security == "none" and host not in ("127.0.0.1", "localhost", "::1"):
            raise forms.ValidationError(_("Sin seguridad la contraseña viaja a la vista: use TLS o STARTTLS."))
        return security


class RulesForm(forms.ModelForm):  # type: ignore[type-arg]
    """What is done alone, and within which time a person should answer."""

    confidence_pct = forms.IntegerField(
        label=_("Confianza mínima para actuar solo (%)"), min_value=50, max_value=100,
        help_text=_("una baja o un «no soy yo» se respetan siempre, sin esperar"),
    )  # fmt: skip
    promise_max_days = forms.IntegerField(label=_("Días que puede esperar una promesa"), min_value=1, max_value=365)
    sla_hours = forms.IntegerField(label=_("Horas para atender una respuesta"), min_value=1, max_value=720)
    undo_seconds = forms.IntegerField(label=_("Segundos para deshacer un envío"), min_value=0, max_value=600)

    class Meta:
        model = InboxRules
        fields = ("automatic", "confidence_pct", "promise_max_days", "sla_hours", "undo_seconds", "thank")


class CannedForm(forms.Form):
    """An answer that «/» and its key bring."""

    key = forms.SlugField(label=_("Atajo"), max_length=24, help_text=_("una palabra: se llama con /palabra"))
    name = forms.CharField(label=_("Nombre"), max_length=60)
    text = forms.CharField(label=_("Texto"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))
    then = forms.ChoiceField(label=_("Y además"), choices=Then.choices, required=False)
