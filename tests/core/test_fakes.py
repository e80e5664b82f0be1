"""The public stand-ins of the ports keep the promises of the real ones."""

from __future__ import annotations

from datetime import UTC, datetime

import attrs
import pytest

from puntual.core.customers.understanding import BAJA, OTRO, Understanding
from puntual.ports import fakes
from puntual.ports.channels import ChannelError, Outgoing
from puntual.ports.media import MediaError

AT = datetime(2026, 11, 24, 16, tzinfo=UTC)
MESSAGE = Outgoing(
    "m1", "ana@correo.example", "Ana", "cobranza@norte.example", "Norte", "Su factura", "Hola", "", "", 60
)


def test_a_channel_fails_as_told_and_keeps_only_what_it_took():
    channel = fakes.RecordingChannel(fakes.temporary(), fakes.permanent("No existe."))
    with pytest.raises(ChannelError) as first:
        channel.send(MESSAGE)
    with pytest.raises(ChannelError, match="No existe"):
        channel.send(MESSAGE)
    assert (first.value.permanent, channel.messages) == (False, [])
    again = attrs.evolve(MESSAGE, message_id="m2")
    assert [channel.send(MESSAGE).provider_id, channel.send(again).provider_id] == ["p1", "p2"]
    assert channel.messages == [MESSAGE, again]


def test_a_classifier_knows_what_it_was_told_and_is_unsure_of_the_rest():
    reads = fakes.FixedClassifier({"BAJA": Understanding((BAJA,), 0.99)})
    assert reads.classify("BAJA", "MX", AT).intents == (BAJA,)
    assert reads.classify("hola", "MX", AT) == Understanding((OTRO,), 0.5)
    assert reads.read == ["BAJA", "hola"]
    assert fakes.FixedProposer(None).propose("hola", "MX", AT) is None


def test_a_mailbox_gives_what_came_after_and_marks_only_what_it_is_told():
    with fakes.MemoryMailbox(b"uno", b"dos", b"tres") as box:
        found = list(box.fetch(after=1, since=None, limit=1))
        assert [(one.uid, one.data, one.whole) for one in found] == [(2, b"dos", True)]
        box.mark_seen([2])
        assert box.seen == {2}


def test_a_file_that_the_provider_has_no_more_is_gone_for_good():
    media = fakes.MemoryMedia({"a": b"12345"})
    assert media.fetch("a", 3) == b"1234"  # one more than asked, so that too much is told
    with pytest.raises(MediaError) as gone:
        media.fetch("b", 3)
    assert gone.value.permanent is True
