"""The usual e-mail providers: their servers, and what a person has to do at each before it takes our mail."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@attrs.frozen
class Provider:
    """An SMTP service. `steps` are what to do there first, in order; `user` is what its user name looks like."""

    code: str
    name: str
    host: str
    port: int
    security: str
    user: str | Promise
    steps: tuple[str | Promise, ...]


_ADDRESS = _("su dirección completa, como cobranza@suempresa.com")
PROVIDERS: Mapping[str, Provider] = {
    p.code: p
    for p in (
        Provider("google", "Gmail / Google Workspace", "smtp.gmail.com", 587, "starttls", _ADDRESS, (
            _("Active la verificación en dos pasos en la cuenta de Google que enviará."),
            _("En Cuenta de Google, Seguridad, «Contraseñas de aplicaciones», cree una para Puntual."),
            _("Pegue aquí esa contraseña de 16 letras, no la de su cuenta. Gmail admite unos 500 envíos por día; "
              "Workspace, 2,000."),
        )),
        Provider("microsoft", "Outlook / Microsoft 365", "smtp.office365.com", 587, "starttls", _ADDRESS, (
            _("Pida a quien administra Microsoft 365 que active «SMTP autenticado» en ese buzón."),
            _("Si la cuenta usa verificación en dos pasos, cree una contraseña de aplicación y péguela aquí."),
            _("El remitente debe ser ese buzón o uno en cuyo nombre pueda enviar."),
        )),
        Provider("zoho", "Zoho Mail", "smtp.zoho.com", 587, "starttls", _ADDRESS, (
            _("En Zoho, Mi cuenta, Seguridad, cree una «contraseña específica de aplicación»."),
            _("Si su cuenta es de Europa, el servidor es smtp.zoho.eu."),
        )),
        Provider("yahoo", "Yahoo", "smtp.mail.yahoo.com", 587, "starttls", _ADDRESS, (
            _("En Seguridad de la cuenta, genere una «contraseña de aplicación» y péguela aquí."),
        )),
        Provider("ses", "Amazon SES", "email-smtp.us-east-1.amazonaws.com", 587, "starttls",
                 _("el usuario SMTP que da SES, no el de su cuenta de Amazon"), (
            _("Verifique su dominio y pida salir del entorno de pruebas de SES."),
            _("En «SMTP settings», cree credenciales SMTP; cambie aquí la región del servidor por la suya."),
        )),
        Provider("brevo", "Brevo", "smtp-relay.brevo.com", 587, "starttls", _("el correo con que entra a Brevo"), (
            _("En Brevo, SMTP y API, copie la clave SMTP y péguela como contraseña."),
            _("Autentique su dominio allí para que sus mensajes no caigan en correo no deseado."),
        )),
        Provider("own", _("Otro servidor"), "", 587, "starttls", _("el que le dio quien administra su correo"), (  # type: ignore[arg-type]
            _("Pida a quien administra su correo el servidor, el puerto y si usa STARTTLS (587) o TLS (465)."),
        )),
    )
}  # fmt: skip


def of_host(host: str) -> Provider:
    """The provider that a server belongs to."""
    for p in PROVIDERS.values():
        if p.host and (host == p.host or (p.code == "ses" and host.endswith(".amazonaws.com"))):
            return p
    return PROVIDERS["own"]


def explained(sentence: str, provider: Provider) -> str:
    """What a server said, with what to do about it."""
    said = sentence.lower()
    if "usuario o la contraseña" in said:
        hint = _("Revise los pasos de %s: casi siempre hace falta una contraseña de aplicación.") % provider.name
    elif "no se pudo conectar" in said and ("certificate" in said or "ssl" in said or "wrong version" in said):
        hint = _("La seguridad no corresponde al puerto: use STARTTLS con 587, o TLS con 465.")
    elif "no se pudo conectar" in said:
        hint = _("Revise el nombre del servidor y el puerto, y que su red deje salir por él.")
    elif " 5" in said and ("sender" in said or "from" in said or "relay" in said):
        hint = _("El servidor no deja enviar como ese remitente: use una dirección de esa cuenta.")
    else:
        hint = _("Copie esta respuesta a quien administra su correo.")
    return f"{sentence} {hint}"
