"""The usual mailboxes: their IMAP servers, and what a person has to do at each before it lets us read."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@attrs.frozen
class Provider:
    """An IMAP service. `steps`: what to do there first, in order."""

    code: str
    name: str | Promise
    host: str
    steps: tuple[str | Promise, ...]
    port: int = 993
    security: str = "tls"


PROVIDERS: Mapping[str, Provider] = {
    p.code: p
    for p in (
        Provider("google", "Gmail / Google Workspace", "imap.gmail.com", (
            _("En Gmail, Configuración, «Reenvío y correo POP/IMAP», active IMAP."),
            _("Active la verificación en dos pasos y cree una «contraseña de aplicación» para Puntual."),
            _("Pegue aquí esa contraseña de 16 letras, no la de su cuenta."),
        )),
        Provider("microsoft", "Outlook / Microsoft 365", "outlook.office365.com", (
            _("Microsoft 365 ya no deja leer un buzón con usuario y contraseña: pide un acceso OAuth, que Puntual "
              "todavía no tiene."),
            _("Mientras tanto, cree en Microsoft 365 una regla que reenvíe las respuestas a un buzón que sí lo permita "
              "y conecte ese."),
        )),
        Provider("zoho", "Zoho Mail", "imap.zoho.com", (
            _("En Zoho, Configuración, Cuentas de correo, active el acceso IMAP."),
            _("En Mi cuenta, Seguridad, cree una contraseña específica de aplicación y péguela aquí."),
        )),
        Provider("yahoo", "Yahoo", "imap.mail.yahoo.com", (
            _("En Seguridad de la cuenta, genere una contraseña de aplicación y péguela aquí."),
        )),
        Provider("own", _("Otro servidor"), "", (
            _("Pida a quien administra su correo el servidor IMAP, el puerto (993 con TLS) y un buzón solo para las "
              "respuestas."),
            _("Mejor un buzón aparte: Puntual marca como leído lo que trae."),
        )),
    )
}  # fmt: skip


def of_host(host: str) -> Provider:
    """The provider that a server belongs to."""
    return next((p for p in PROVIDERS.values() if p.host and p.host == host), PROVIDERS["own"])
