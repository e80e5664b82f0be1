"""E-mail by SMTP. One connection for many messages; a refusal says whether it is for now or for good."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Callable
from datetime import datetime

import attrs

from puntual.adapters.mime import as_email
from puntual.ports.channels import ChannelError, Delivery, Outgoing


@attrs.frozen
class SmtpAccount:
    """Where and how to hand mail over. `security`: starttls, tls or none (loopback and tests only)."""

    host: str
    port: int
    security: str = "starttls"
    username: str = ""
    password: str = ""
    timeout_s: float = 20.0


class SmtpChannel:
    """Hands messages to one SMTP account."""

    def __init__(self, account: SmtpAccount, now: Callable[[], datetime]) -> None:
        self._account, self._now = account, now
        self._link: smtplib.SMTP | None = None

    def send(self, message: Outgoing) -> Delivery:
        """Hand one message over. ChannelError says what the server answered.

        A connection that breaks before the body was sent is a failure for now; one that breaks after, when nobody can
        tell
        whether the server took it, is not turned into ChannelError: the caller sees OSError and keeps it as unknown.
        """
        link = self._connect()
        mail = as_email(message, now=self._now())
        try:
            link.mail(message.sender)
            code, said = link.rcpt(message.recipient)
            if code >= 400:
                raise _refused(code, said)
        except smtplib.SMTPServerDisconnected:
            self.close()
            raise ChannelError("El servidor de correo cerró la conexión.", permanent=False) from None
        except ChannelError:
            self._reset()
            raise
        code, said = link.data(mail.as_bytes())
        if code >= 400:
            self._reset()
            raise _refused(code, said)
        return Delivery(provider_id=said.decode(errors="replace")[:120])

    def _connect(self) -> smtplib.SMTP:
        if self._link is not None:
            return self._link
        account = self._account
        try:
            context = ssl.create_default_context()
            if account.security == "tls":
                link: smtplib.SMTP = smtplib.SMTP_SSL(
                    account.host, account.port, timeout=account.timeout_s, context=context
                )
            else:
                link = smtplib.SMTP(account.host, account.port, timeout=account.timeout_s)
                if account.security == "starttls":
                    link.starttls(context=context)
            link.ehlo_or_helo_if_needed()
            if account.username:
                link.login(account.username, account.password)
        except smtplib.SMTPAuthenticationError:
            raise ChannelError("El servidor de correo no aceptó el usuario o la contraseña.", permanent=False) from None
        except (OSError, smtplib.SMTPException, socket.gaierror) as error:
            raise ChannelError(f"No se pudo conectar con el servidor de correo: {error}.", permanent=False) from None
        self._link = link
        return link

    def _reset(self) -> None:
        try:
            if self._link is not None:
                self._link.rset()
        except (OSError, smtplib.SMTPException):
            self.close()

    def close(self) -> None:
        """Leave the server politely; a broken connection is simply dropped."""
        link, self._link = self._link, None
        if link is not None:
            try:
                link.quit()
            except (OSError, smtplib.SMTPException):
                link.close()


def _refused(code: int, said: bytes) -> ChannelError:
    """A refusal as ours. A daily limit comes as a permanent code at some providers (5.4.5, 5.7.708): it is only too
    much for now. A 4xx about this mailbox (greylisted, full) says nothing of the server."""
    marks = (b"4.5.3", b"5.4.5", b"4.7.28", b"5.7.708", b"daily limit", b"sending quota", b"rate limit")
    much = any(mark in said for mark in marks)
    return ChannelError(
        _words(code, said), permanent=code >= 500 and not much, bad_recipient=_nobody(code, said) and not much,
        rate_limited=much, only_this=400 <= code < 500 and code != 421, code=str(code),
    )  # fmt: skip


def _nobody(code: int, said: bytes) -> bool:
    """Whether a refusal says that the mailbox does not exist (RFC 5321 550/551/553, RFC 3463 5.1.x), not that we may
    not write to it (5.7.x)."""
    return code in (550, 551, 553) and b"5.7." not in said


def _words(code: int, said: bytes) -> str:
    return f"El servidor de correo respondió {code}: {said.decode(errors='replace')[:200]}"
