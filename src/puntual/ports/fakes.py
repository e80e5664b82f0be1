"""Stand-ins of one line for the ports, for tests and for whoever writes an adapter: public, and held to the same types
as the real ones (mypy reads the last lines). What needs a state machine of its own is in `puntual.simulators`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from puntual.core.customers.understanding import OTRO, Understanding
from puntual.ports.channels import Channel, ChannelError, Delivery, Outgoing
from puntual.ports.classifier import Classifier, Proposer
from puntual.ports.mailbox import Fetched, Mailbox
from puntual.ports.media import MediaError, MediaSource


class RecordingChannel:
    """Takes every message and keeps it, but for the `fails`: each is raised once, in order, before anything is kept."""

    def __init__(self, *fails: BaseException) -> None:
        self.fails = list(fails)
        self.messages: list[Outgoing] = []
        self.closed = False

    def send(self, message: Outgoing) -> Delivery:
        if self.fails:
            raise self.fails.pop(0)
        self.messages.append(message)
        return Delivery(provider_id=f"p{len(self.messages)}")

    def close(self) -> None:
        self.closed = True


class FixedClassifier:
    """Understands the texts it was told, and reads any other as `otherwise` (unless told: something else, unsure)."""

    def __init__(
        self, known: Mapping[str, Understanding] | None = None, otherwise: Understanding | None = None
    ) -> None:
        self.known = dict(known or {})
        self.otherwise = otherwise or Understanding((OTRO,), 0.5)
        self.read: list[str] = []

    def classify(self, text: str, country: str, at: datetime) -> Understanding:
        self.read.append(text)
        return self.known.get(text, self.otherwise)


class FixedProposer:
    """A language model that always proposes the same; None: it is down or has nothing to say."""

    def __init__(self, proposal: Understanding | None) -> None:
        self.proposal = proposal

    def propose(self, text: str, country: str, at: datetime) -> Understanding | None:
        return self.proposal


class MemoryMailbox:
    """A folder with these messages, UIDs from 1. `seen` keeps what was marked."""

    uid_validity = 1

    def __init__(self, *messages: bytes) -> None:
        self.messages = list(messages)
        self.seen: set[int] = set()

    def fetch(self, *, after: int, since: date | None, limit: int) -> Iterator[Fetched]:
        rows = [Fetched(uid, data, len(data)) for uid, data in enumerate(self.messages, start=1) if uid > after]
        yield from rows[:limit]

    def mark_seen(self, uids: Sequence[int]) -> None:
        self.seen.update(uids)

    def __enter__(self) -> MemoryMailbox:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to let go of."""


class MemoryMedia:
    """The files of an account by reference; what is not there, the provider has no more."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = dict(files)

    def fetch(self, reference: str, most: int) -> bytes:
        if reference not in self.files:
            raise MediaError("El proveedor ya no tiene ese archivo.", permanent=True)
        return self.files[reference][: most + 1]

    def close(self) -> None:
        """Nothing to let go of."""


def temporary(sentence: str = "El servidor pide intentarlo más tarde.") -> ChannelError:
    """A failure for now."""
    return ChannelError(sentence, permanent=False)


def permanent(sentence: str = "El servidor no lo acepta.") -> ChannelError:
    """A failure for good."""
    return ChannelError(sentence, permanent=True)


_CHANNEL: type[Channel] = RecordingChannel
_CLASSIFIER: type[Classifier] = FixedClassifier
_PROPOSER: type[Proposer] = FixedProposer
_MAILBOX: type[Mailbox] = MemoryMailbox
_MEDIA: type[MediaSource] = MemoryMedia
