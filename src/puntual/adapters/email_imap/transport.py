"""IMAP by imap-tools. What is read stays unread at the server until what it says was kept here."""

from __future__ import annotations

import contextlib
import imaplib
import ssl
from collections.abc import Iterator, Sequence
from datetime import date
from types import TracebackType

import attrs
from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError

from puntual.ports.mailbox import Fetched, Mailbox, MailboxError

#: A message bigger than this is brought only in part: its words, not its files.
WHOLE_MAX = 25 * 1024 * 1024
PART_MAX = 512 * 1024


@attrs.frozen
class ImapAccount:
    """Where mail comes in. `security`: tls, starttls or none (loopback and tests only). With `token` (OAuth) the
    password is not used."""

    host: str
    port: int
    security: str
    username: str
    password: str = attrs.field(repr=False)
    folder: str = "INBOX"
    timeout_s: float = 20.0
    token: str = attrs.field(default="", repr=False)


class ImapMailbox:
    """One folder, open as a context."""

    def __init__(self, account: ImapAccount) -> None:
        self._account = account
        self._box: BaseMailBox | None = None
        self._validity = 0

    @property
    def uid_validity(self) -> int:
        return self._validity

    def __enter__(self) -> Mailbox:
        account = self._account
        try:
            box = _connected(account)
            self._box = box
            _enter(box, account)
            self._validity = int(box.folder.status(account.folder, ["UIDVALIDITY"])["UIDVALIDITY"])
            box.folder.set(account.folder)
        except imaplib.IMAP4.error as error:
            self._leave()
            raise MailboxError(f"El servidor no aceptó la entrada: {_words(error)}") from None
        except ImapToolsError as error:
            self._leave()
            raise MailboxError(_refused(account, error)) from None
        except OSError as error:
            self._leave()
            raise MailboxError(f"No se pudo conectar con {account.host}: {error}.") from None
        except (KeyError, ValueError):
            self._leave()
            raise MailboxError("El servidor contesta de un modo que no se entiende: no parece de correo.") from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave()

    def fetch(self, *, after: int, since: date | None, limit: int) -> Iterator[Fetched]:
        """See the port. One message is in memory at a time."""
        asked = [f"UID {after + 1}:*"] + (
            [f"SINCE {since:%d-}{_MONTHS[since.month - 1]}-{since.year}"] if since else []
        )
        found = self._ask("SEARCH", " ".join(asked))
        # «n:*» always names the last message, even when it is older than n.
        uids = sorted(uid for uid in map(int, b" ".join(p for p in found if p).split()) if uid > after)
        for uid in uids[:limit]:
            one = self._one(uid)
            if one is not None:
                yield one

    def _one(self, uid: int) -> Fetched | None:
        """A message; None for one that somebody removed meanwhile."""
        told = b" ".join(_flat(self._ask("FETCH", str(uid), "(RFC822.SIZE)")))
        size = _number_after(told, b"RFC822.SIZE")
        if size is None:
            return None
        whole = size <= WHOLE_MAX
        part = "BODY.PEEK[]" if whole else f"BODY.PEEK[]<0.{PART_MAX}>"
        bodies = [piece[1] for piece in self._ask("FETCH", str(uid), f"({part})") if isinstance(piece, tuple)]
        return Fetched(uid, bytes(bodies[0]), size, whole) if bodies else None

    def mark_seen(self, uids: Sequence[int]) -> None:
        for start in range(0, len(uids), 200):
            self._ask("STORE", ",".join(map(str, uids[start : start + 200])), "+FLAGS.SILENT", "(\\Seen)")

    def _ask(self, command: str, *arguments: str) -> list:  # type: ignore[type-arg]
        if self._box is None:
            raise MailboxError("El buzón no está abierto.")
        try:
            status, answer = self._box.client.uid(command, *arguments)
        except (imaplib.IMAP4.error, OSError) as error:
            raise MailboxError(f"El servidor de correo dejó de responder: {_words(error)}") from None
        if status != "OK":
            raise MailboxError(f"El servidor de correo respondió {status} a {command}.")
        return list(answer or [])

    def _leave(self) -> None:
        box, self._box = self._box, None
        if box is None:
            return
        with contextlib.suppress(imaplib.IMAP4.error, ImapToolsError, OSError):
            box.logout()


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _connected(account: ImapAccount) -> BaseMailBox:
    context = ssl.create_default_context()
    if account.security == "tls":
        return MailBox(account.host, account.port, account.timeout_s, ssl_context=context)
    if account.security == "starttls":
        return MailBoxStartTls(account.host, account.port, account.timeout_s, ssl_context=context)
    return MailBoxUnencrypted(account.host, account.port, account.timeout_s)


def _enter(box: BaseMailBox, account: ImapAccount) -> None:
    if account.token:
        box.xoauth2(account.username, account.token, initial_folder=None)
        return
    plain = f"{account.username}{account.password}".isascii()
    (box.login if plain else box.login_utf8)(account.username, account.password, initial_folder=None)


def _refused(account: ImapAccount, error: ImapToolsError) -> str:
    if "Folder" in type(error).__name__:
        return f"El buzón no tiene una carpeta «{account.folder}»: revise su nombre."
    return "El servidor no aceptó el usuario o la contraseña de este buzón."


def _words(error: BaseException) -> str:
    return str(error)[:200]


def _flat(answer: list) -> list[bytes]:  # type: ignore[type-arg]
    return [piece if isinstance(piece, bytes) else piece[0] for piece in answer if piece]


def _number_after(text: bytes, word: bytes) -> int | None:
    _before, found, rest = text.partition(word)
    digits = rest.split(b")")[0].split()
    return int(digits[0]) if found and digits and digits[0].isdigit() else None
