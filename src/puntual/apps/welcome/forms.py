"""The forms of the first run that are not of an app of their own."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from puntual.apps.policies import presets
from puntual.apps.policies.forms import COUNTRIES


class FirstAccountForm(forms.Form):
    """The first person of an installation, who administers it."""

    first_name = forms.CharField(
        label=_("Su nombre"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    username = forms.CharField(
        label=_("Usuario"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label=_("Contraseña"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Al menos doce caracteres. Una frase se recuerda mejor que un enredo."),
    )

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"].strip()
        get_user_model().username_validator(username)  # type: ignore[attr-defined]
        return username

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if len(password) < 12:
            raise forms.ValidationError(_("Es corta: use al menos doce caracteres."))
        validate_password(password)
        return password


class ConsentsForm(forms.Form):
    """Authorisations that the company already holds, with where their proof is."""

    channels = forms.MultipleChoiceField(
        label=_("Autorizaron que les escriban por"),
        choices=[("email", _("Correo")), ("whatsapp", _("WhatsApp")), ("sms", _("SMS")), ("call", _("Llamada"))],
        widget=forms.CheckboxSelectMultiple,
        initial=["email"],
    )
    who = forms.ChoiceField(
        label=_("Quiénes"),
        choices=[("all", _("Todos los clientes")), ("business", _("Solo las empresas"))],
        widget=forms.RadioSelect,
        initial="all",
    )
    basis = forms.CharField(
        label=_("En qué se basa"),
        max_length=200,
        help_text=_("Por ejemplo: contrato de suministro, cláusula 9; solicitud de crédito firmada."),
    )
    proof = forms.CharField(
        label=_("Dónde está la prueba"),
        max_length=200,
        help_text=_("Por ejemplo: contratos firmados, archivo 2025; grabaciones del centro de contacto."),
    )


class PresetForm(forms.Form):
    """How to begin to remind."""

    start = forms.ChoiceField(label=_("Punto de partida"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, country: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = COUNTRIES.get(country, country)
        ready = country in presets.countries()
        self.fields["start"].choices = [  # type: ignore[attr-defined]
            (country, _("Cobranza amable para %s: ya respeta su norma") % name if ready
             else _("Cobranza amable, con la norma de %s") % name),
            ("nada", _("Por ahora no contactar a nadie")),
        ]  # fmt: skip
        self.fields["start"].initial = country


class LackingForm(forms.Form):
    """What is asked of one customer. Its prefix is the account's number."""

    credit_days = forms.IntegerField(label=_("Días de crédito"), min_value=0, max_value=730, required=False)
    email = forms.EmailField(label=_("Correo"), required=False)
    phone = forms.CharField(label=_("Teléfono"), max_length=40, required=False)
    debtor = forms.ChoiceField(
        label=_("Tipo"),
        choices=[("", _("Sin saber")), ("business", _("Empresa o negocio")), ("consumer", _("Persona consumidora"))],
        required=False,
    )

    def __init__(self, *args: Any, country: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country = country

    def clean_phone(self) -> str:
        """The number as it is dialled from abroad."""
        given = self.cleaned_data["phone"].strip()
        if not given:
            return ""
        found = import_string(settings.PHONE_READER)(given, self.country)
        if found is None:
            raise forms.ValidationError(_("No es un número que se pueda marcar; escríbalo con su lada o código."))
        return str(found.e164)


class GeneralTermsForm(forms.Form):
    """Credit days for everybody whose terms are not known."""

    days = forms.IntegerField(label=_("Días de crédito para todos los que faltan"), min_value=0, max_value=730)
