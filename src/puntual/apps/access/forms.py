"""The forms of people and of keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from puntual.apps.access.choices import ROLES, SCOPES

EVERY = "todas"


def places(creditors: Sequence[Any], *, whole: bool) -> list[tuple[str, str]]:
    """Where a role may be given."""
    return [*((str(c.pk), c.name) for c in creditors), *([(EVERY, _("Todas las empresas"))] if whole else [])]


def place_of(text: str) -> int | None:
    """The creditor that a form chose; None: every one."""
    return None if text == EVERY else int(text)


class RoleForm(forms.Form):
    """A role, and where."""

    #: The most modest is offered first.
    role = forms.ChoiceField(label=_("Papel"), choices=[(c, one.name) for c, one in reversed(ROLES.items())])
    place = forms.ChoiceField(label=_("Empresa"))
    areas = forms.CharField(label=_("Áreas y vendedores"), required=False, max_length=300)

    def __init__(self, *args: Any, places: list[tuple[str, str]], known: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = places  # type: ignore[attr-defined]
        said = _("Solo para «Ventas o departamento», separados por comas: de ellos serán sus aclaraciones. Hay: %s.")
        self.fields["areas"].help_text = said % ", ".join(known[:8])


class InviteForm(RoleForm):
    """Somebody new."""

    first_name = forms.CharField(label=_("Nombre"), max_length=120)
    username = forms.CharField(label=_("Usuario"), max_length=150, help_text=_("Con el que entrará: sin espacios."))
    email = forms.EmailField(
        label=_("Correo"), required=False, help_text=_("Para entrar también con la cuenta de su empresa.")
    )
    field_order = ["first_name", "username", "email", "role", "place", "areas"]


class KeyForm(forms.Form):
    """A key for another program."""

    name = forms.CharField(label=_("Para qué programa"), max_length=80)
    scopes = forms.MultipleChoiceField(
        label=_("Qué puede hacer"), choices=list(SCOPES.items()), widget=forms.CheckboxSelectMultiple
    )
    place = forms.ChoiceField(label=_("Empresa"))

    def __init__(self, *args: Any, places: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = places  # type: ignore[attr-defined]


class ChoosePasswordForm(forms.Form):
    """Of somebody who was invited."""

    password = forms.CharField(
        label=_("Contraseña"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Al menos doce caracteres. Una frase se recuerda mejor que un enredo."),
    )  # fmt: skip

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, self.user)
        return password
