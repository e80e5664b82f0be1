"""Letters on paper that fetch nothing, and voices that say the words and nothing else."""

from __future__ import annotations

import re
import zlib
from datetime import UTC, datetime
from urllib.parse import parse_qs

import httpx
import pytest

from puntual.adapters.letter_pdf import LetterChannel, LetterPage, letters_pdf
from puntual.adapters.sms_twilio.transport import TwilioAccount
from puntual.adapters.sms_twilio.webhook import Twilio
from puntual.adapters.voice_file import VoiceFileChannel
from puntual.adapters.voice_twilio import TwilioVoiceChannel
from puntual.ports.channels import ChannelError, Outgoing
from puntual.ports.inbound import Received

NOON = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
MESSAGE = Outgoing(
    message_id="pun-7-0@norte.example", recipient="+525550000001", recipient_name="Lucía Ocampo", sender="55",
    sender_name="Ferretera del Norte", subject="", text="Hola, Lucía & compañía.\n\n- A-1: $500.00 MXN\n", html="",
    unsubscribe_url="", expires_in_s=600,
)  # fmt: skip


def streams(pdf):
    found = re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL)
    return b"".join(_open(one) for one in found)


def _open(stream):
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return stream


class TestLetters:
    PAGE = LetterPage("Ferretera del Norte", "Lucía Ocampo", "Calle Uno 1\nCiudad de México", "24/11/2026", "Hola.")

    def test_one_file_for_the_printer_with_a_page_for_each(self):
        pdf = letters_pdf([self.PAGE, self.PAGE, self.PAGE])
        assert pdf.startswith(b"%PDF-")
        assert len(re.findall(rb"/Type /Page\b", pdf + streams(pdf))) == 3

    def test_what_somebody_wrote_is_text_and_fetches_nothing(self, tmp_path, monkeypatch):
        secret = tmp_path / "secreto.txt"
        secret.write_text("una llave")
        asked = []
        monkeypatch.setattr("urllib.request.OpenerDirector.open", lambda *a, **k: asked.append(a))
        evil = f'<link rel=attachment href="file://{secret}"><img src="http://127.0.0.1:9/x"><style>@import "x"</style>'
        pdf = letters_pdf([LetterPage(evil, evil, evil, evil, evil)])
        assert (asked, b"una llave" in streams(pdf), b"EmbeddedFile" in pdf) == ([], False, False)

    def test_it_is_written_whole_in_the_data_folder(self, tmp_path):
        import attrs

        channel = LetterChannel(tmp_path / "salida", lambda: NOON)
        delivery = channel.send(attrs.evolve(MESSAGE, recipient="Calle Uno 1"))
        assert delivery.file == "salida/2026-11-24/carta-pun-7-0.pdf"
        assert (tmp_path / delivery.file).read_bytes().startswith(b"%PDF-")

    def test_without_an_address_there_is_no_letter(self, tmp_path):
        import attrs

        with pytest.raises(ChannelError, match="domicilio") as refused:
            LetterChannel(tmp_path, lambda: NOON).send(attrs.evolve(MESSAGE, recipient=" "))
        assert (refused.value.permanent, list(tmp_path.iterdir())) == (True, [])


class TestVoice:
    ACCOUNT = TwilioAccount("AC1", "secreto", "+5255", "https://x.example/webhooks/twilio/r/")

    def test_in_test_mode_the_script_is_written_without_a_speaker(self, tmp_path):
        delivery = VoiceFileChannel(tmp_path / "salida", lambda: NOON, speaker="").send(MESSAGE)
        assert delivery.file == "salida/2026-11-24/voz-pun-7-0.txt"
        said = (tmp_path / delivery.file).read_text(encoding="utf-8")
        assert said == "Para: +525550000001\nCanal: voice\n\nHola, Lucía & compañía.\n\n- A-1: $500.00 MXN\n"

    def test_a_speaker_that_fails_leaves_the_script(self, tmp_path):
        delivery = VoiceFileChannel(tmp_path / "salida", lambda: NOON, speaker="/bin/false").send(MESSAGE)
        assert [f.suffix for f in (tmp_path / delivery.file).parent.iterdir()] == [".txt"]

    def test_the_provider_is_given_the_words_as_words(self):
        asked = []

        def twilio(request):
            asked.append((request.url.path, {k: v[0] for k, v in parse_qs(request.content.decode()).items()}))
            return httpx.Response(201, json={"sid": "CA1"})

        delivery = TwilioVoiceChannel(self.ACCOUNT, transport=httpx.MockTransport(twilio)).send(MESSAGE)
        ((path, form),) = asked
        assert (delivery.provider_id, path) == ("CA1", "/2010-04-01/Accounts/AC1/Calls.json")
        assert (form["To"], form["From"], form["StatusCallback"]) == (
            "+525550000001", "+5255", "https://x.example/webhooks/twilio/r/?id=pun-7-0@norte.example",
        )  # fmt: skip
        assert '<Say language="es-MX">Hola, Lucía &amp; compañía. - A-1: $500.00 MXN</Say>' in form["Twiml"]

    @pytest.mark.parametrize(
        ("status", "told"),
        [
            ("completed", ("delivered", False, "")),
            ("no-answer", ("failed", False, "Nadie contestó la llamada.")),
            ("failed", ("failed", True, "El número no se pudo marcar.")),
        ],
    )
    def test_its_report_says_whether_it_was_heard(self, status, told):
        body = f"CallSid=CA1&CallStatus={status}".encode()
        (report,) = Twilio().facts(Received({}, {"id": "pun-7-0@norte.example"}, body), NOON)
        assert (report.status, report.permanent, report.sentence) == told
        assert (report.channel, report.message_id, report.provider_id) == ("voice", "pun-7-0@norte.example", "CA1")

    def test_a_call_that_still_rings_says_nothing(self):
        assert Twilio().facts(Received({}, {}, b"CallSid=CA1&CallStatus=ringing"), NOON) == ()
