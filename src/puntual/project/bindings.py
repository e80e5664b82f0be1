"""The composition root: which adapter stands behind each port, and the clock. Nothing else names adapters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from django.conf import settings

from puntual.adapters.email_file.transport import FileChannel
from puntual.adapters.email_smtp.transport import SmtpAccount, SmtpChannel
from puntual.apps.outreach import read as outreach
from puntual.apps.parties import read as parties
from puntual.apps.parties import vault
from puntual.apps.portal import write as portal
from puntual.pipeline.dispatch import Outside
from puntual.ports.channels import Channel
from puntual.project import messengers


def now() -> datetime:
    """The clock of the installation."""
    return datetime.now(UTC)


def channel_for(clock: Callable[[], datetime]) -> Callable[[int, str], Channel | None]:
    """(creditor, channel name) -> what sends it: its SMTP or messaging account, or files while in «Modo de prueba»."""

    def find(creditor_id: int, channel: str) -> Channel | None:
        creditor = parties.creditor(f"acr_{creditor_id}")
        if channel != "email":
            return messengers.channel_for(creditor, channel, clock)
        server = outreach.mail_server(creditor_id)
        if creditor.test_mode or server is None:
            return FileChannel(settings.DATA / "salida", clock)
        password = vault.unseal_file(server.sealed_password).decode() if server.sealed_password else ""
        return SmtpChannel(SmtpAccount(server.host, server.port, server.security, server.username, password), clock)

    return find


def unlimited(creditor_id: int, channel: str) -> bool:
    """Whether nothing but our own disk stands behind that channel: Modo de prueba, or no mail server yet."""
    return (
        channel == "letter"
        or parties.creditor(f"acr_{creditor_id}").test_mode
        or (channel == "email" and outreach.mail_server(creditor_id) is None)
    )


def portal_links(points: Mapping[int, int | None]) -> Mapping[int, str]:
    """account -> the address of its portal; `points` says to which contact point each will be sent."""
    return portal.links_for(points, points=points)


def outside(clock: Callable[[], datetime] = now) -> Outside:
    """What dispatch needs, bound to the real world (or to a given clock, in «Modo de prueba»)."""
    return Outside(
        channel=channel_for(clock),
        links=portal_links,
        now=clock,
        channels=("email", "sms", "whatsapp", "voice", "letter"),
        only=messengers.creditors_by_channel,
        unlimited=unlimited,
    )
