"""The usual mailboxes: their IMAP servers, and what a person has to do at each before it lets us read."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@attrs.frozen
class Provider:
    """An IMAP service. `steps`: what to do there first, in order. `oauth`: whose permission opens it, when a password
    does not, or need not."""

    code: str
    name: str | Promise
    host: str
    steps: tuple[str | Promise, ...]
    port: int = 993
    security: str = "tls"
    oauth: str = ""


PROVIDERS: Mapping[str, Provider] = {
    p.code: p
    for p in (
        Provider("google", "Gmail / Google Workspace", "imap.gmail.com", (
            _("En Gmail, Configuración, «Reenvío y correo POP/IMAP», active IMAP."),
            _("Con contraseña: active la verificación en dos pasos, cree una «contraseña de aplicación» para Puntual y "
              "pegue aquí esas 16 letras, no la contraseña de su cuenta."),
            _("Con permiso (OAuth): en console.cloud.google.com cree un cliente OAuth de tipo «Aplicación web» con el "
              "alcance https://mail.google.com/ y, como dirección de retorno, la que muestra esta página."),
        ), oauth="google"),
        Provider("microsoft", "Outlook / Microsoft 365", "outlook.office365.com", (
            _("Microsoft 365 ya no deja leer un buzón con usuario y contraseña: elija «Con permiso (OAuth)»."),
            _("En entra.microsoft.com, Registros de aplicaciones, registre una con la dirección de retorno que muestra "
              "esta página, y déle el permiso delegado IMAP.AccessAsUser.All de Office 365 Exchange Online."),
            _("Cree en ella un secreto de cliente, pegue aquí su identificador y su secreto, guarde y dé el permiso "
              "entrando con la cuenta del buzón."),
        ), oauth="microsoft"),
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
