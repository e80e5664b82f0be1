"""The company, as its owner tells it."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from puntual.apps.parties.choices import AddressForm
from puntual.apps.parties.countries import COUNTRIES, CURRENCIES, zone_choices

PEOPLE_WORDS = [("asesores", _("asesores")), ("gestores", _("gestores"))]
_PHONE = re.compile(r"[+\d][\d\s().-]{5,30}")


class CompanyForm(forms.Form):
    """Who is owed, where, and how it speaks to people."""

    name = forms.CharField(label=_("Nombre con que la conocen sus clientes"), max_length=200)
    country = forms.ChoiceField(
        label=_("País"),
        choices=[(c.code, c.name) for c in COUNTRIES.values()],
        help_text=_("De él salen la norma de contacto, la moneda y la hora."),
    )
    tax_id = forms.CharField(
        label=_("Identificación fiscal"),
        max_length=32,
        required=False,
        help_text=_("RFC, NIT, RUC, RUT, CUIT, CNPJ… según su país."),
    )
    zone = forms.ChoiceField(
        label=_("Zona horaria"), required=False, help_text=_("Vacía: la de la capital. Manda en los vencimientos.")
    )
    currency = forms.ChoiceField(
        label=_("Moneda"),
        required=False,
        choices=[("", _("La del país")), *((c, c) for c in CURRENCIES)],
        help_text=_("La de las facturas que no dicen otra."),
    )
    credit_days = forms.IntegerField(
        label=_("Días de crédito"),
        min_value=0,
        max_value=730,
        initial=30,
        help_text=_("Para las facturas que no dicen cuándo vencen; un CFDI no lo dice. Podrá cambiarlo por cliente."),
    )
    address_form = forms.ChoiceField(
        label=_("Cómo tratar a la gente"),
        choices=[(code, text) for code, text in AddressForm.choices],
        widget=forms.RadioSelect,
        initial="usted",
    )
    people_word = forms.ChoiceField(
        label=_("Quienes cobran se llaman"), choices=PEOPLE_WORDS, widget=forms.RadioSelect, initial="asesores"
    )
    phone = forms.CharField(label=_("Teléfono para sus clientes"), max_length=32, required=False)
    email = forms.EmailField(label=_("Correo para sus clientes"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["zone"].choices = [("", _("La de la capital")), *zone_choices()]  # type: ignore[attr-defined]

    def clean_phone(self) -> str:
        phone: str = self.cleaned_data["phone"].strip()
        if phone and not _PHONE.fullmatch(phone):
            raise forms.ValidationError(_("Escríbalo con números, por ejemplo +52 55 1234 5678."))
        return phone

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        country = COUNTRIES.get(data.get("country", ""))
        if country is None:
            return data
        data["currency"] = data.get("currency") or country.currency
        zone = data.get("zone") or country.zones[0]
        if zone not in country.zones:
            self.add_error("zone", _("Esa zona no es de %s: elija una suya o déjela vacía.") % country.name)
        data["zone"] = zone
        return data


class ContactForm(CompanyForm):
    """The company, with what its customers are told: for Configuración."""

    legal_name = forms.CharField(label=_("Razón social"), max_length=200, required=False)
    complaint_office = forms.CharField(
        label=_("Oficina de quejas"),
        max_length=300,
        required=False,
        help_text=_("Dónde se puede reclamar. Varios países la piden en cada mensaje."),
    )
    payment_instructions = forms.CharField(
        label=_("Cómo pagar"),
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
        help_text=_("Cuenta, CLABE, referencia… Lo lee el cliente en su página."),
    )
