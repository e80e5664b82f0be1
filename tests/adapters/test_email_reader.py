"""Mail as it really comes: answers with their quotes, bounces, automatic replies, and what is made to break us."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from mail_server import bounce_of, mail
from puntual.adapters.email_imap import Mail
from puntual.adapters.email_imap.quote import own_words
from puntual.ports.inbound import DeliveryReport, Ignored, InboundMessage, Received

CAME = datetime(2026, 11, 24, 18, 5, tzinfo=UTC)


def read(data, address="cobranza@norte.example"):
    raw = data.as_bytes() if isinstance(data, EmailMessage) else data
    return Mail().facts(Received({}, {"address": address}, raw), CAME)


def test_an_answer_is_its_own_words_who_wrote_when_and_what_it_answers():
    quoted = "El mar, 24 nov 2026 a las 10:00, Norte (<cobranza@norte.example>)\nescribió:\n> Hola"
    text = f"Le pago el viernes 500.\n\n{quoted}"
    (said,) = read(mail(text, In_Reply_To="<pun-7-0@norte.example>", References="<a@x.mx> <pun-7-0@norte.example>",
                        Message_ID="<m1@ejemplo.mx>"))  # fmt: skip
    assert isinstance(said, InboundMessage)
    assert (said.text, said.email, said.event_id) == ("Le pago el viernes 500.", "lucia@ejemplo.mx", "m1@ejemplo.mx")
    assert said.at == datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
    assert (said.in_reply_to, said.references[0]) == ("pun-7-0@norte.example", "a@x.mx")
    assert said.to == "cobranza@norte.example"


def test_our_own_tag_comes_back_in_the_address():
    made = mail("hola")
    made.replace_header("To", "cobranza+p7.0a1b2c3d4e@norte.example")
    assert read(made)[0].tag == "p7.0a1b2c3d4e"


@pytest.mark.parametrize(
    ("whole", "own"),
    [
        ("Ya pagué\n\nOn Tue, Nov 24, 2026 at 10:00 AM Norte <c@n.example> wrote:\n> Hola", "Ya pagué"),
        ("Paguei ontem\n\nEm ter., 24 de nov. de 2026 às 10:00, Norte <c@n> escreveu:\n> Olá", "Paguei ontem"),
        ("No debo eso\n\nDe: Norte\nEnviado el: martes\nPara: Lucía\nAsunto: Su cuenta\n\nHola", "No debo eso"),
        ("Mañana\n\n-----Mensaje original-----\nDe: Norte", "Mañana"),
        ("Sí\n-- \nLucía Ocampo\nTel. 55 0000 0001", "Sí"),
        ("ok, deposito hoy\n\nEnviado desde mi iPhone", "ok, deposito hoy"),
        ("> ¿Cuándo paga?\nEl lunes\n> ¿Cuánto?\nTodo", "El lunes\nTodo"),
        ("El lunes les escribió mi contador: no debo nada", "El lunes les escribió mi contador: no debo nada"),
        ("> solo cita", "> solo cita"),
    ],
)
def test_quotes_and_signatures_are_left_out(whole, own):
    assert own_words(whole) == own


def test_html_alone_is_read_without_its_quote_and_its_script():
    made = EmailMessage()
    made["From"], made["To"] = "lucia@ejemplo.mx", "cobranza@norte.example"
    html = ("<html><head><style>p{color:red}</style></head><body><p>Pago el <b>viernes</b></p><div>gracias</div>"
            "<script>alert(1)</script><blockquote class=gmail_quote>Hola, debe 5</blockquote></body>")  # fmt: skip
    made.set_content(html, subtype="html")
    assert read(made)[0].text == "Pago el viernes\n\ngracias"


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"Auto_Submitted": "auto-replied"}, "mail_auto_reply"),
        ({"Auto_Submitted": "auto-generated"}, "mail_automatic"),
        ({"X_Autoreply": "yes"}, "mail_auto_reply"),
        ({"Precedence": "bulk"}, "mail_bulk"),
        ({"List_Id": "<boletin.example>"}, "mail_bulk"),
        ({"subject": "Fuera de la oficina: Re: Su cuenta"}, "mail_auto_reply"),
        ({"subject": "Respuesta automática: Su cuenta"}, "mail_auto_reply"),
        ({"sender": "cobranza@norte.example"}, "mail_own"),
    ],
)
def test_what_no_person_wrote_is_told_by_its_reason(headers, reason):
    (ignored,) = read(mail("Estaré fuera hasta el lunes", **headers))
    assert isinstance(ignored, Ignored)
    assert ignored.reason == reason


def test_an_answer_through_a_tool_that_adds_a_way_out_is_still_an_answer():
    (said,) = read(mail("ya pagué", In_Reply_To="<pun-7-0@n.example>", List_Unsubscribe="<https://x.example>"))
    assert said.text == "ya pagué"


class TestBounces:
    def test_for_good(self):
        (report,) = read(bounce_of("pun-7-0@norte.example"))
        assert isinstance(report, DeliveryReport)
        assert (report.status, report.permanent, report.message_id) == ("failed", True, "pun-7-0@norte.example")
        assert report.sentence == "5.1.1: 550 5.1.1 no existe ese buzón"

    def test_a_full_mailbox_is_for_now(self):
        (report,) = read(bounce_of("pun-7-0@norte.example", status="5.2.2"))
        assert report.permanent is False
        (report,) = read(bounce_of("pun-7-0@norte.example", status="4.4.1"))
        assert report.permanent is False

    def test_one_that_still_tries_is_no_bounce(self):
        (ignored,) = read(bounce_of("pun-7-0@norte.example", action="delayed", status="4.4.1"))
        assert ignored.reason == "mail_still_trying"

    def test_a_server_that_writes_no_report_is_understood_by_its_words(self):
        text = "Hi. This is the qmail-send program.\n550 5.1.1 user unknown\nMessage-ID: <pun-9-1@norte.example>"
        (report,) = read(mail(text, sender="MAILER-DAEMON@ejemplo.mx", subject="failure notice"))
        assert (report.permanent, report.message_id) == (True, "pun-9-1@norte.example")


class TestFiles:
    def test_name_claim_and_bytes_come_along(self):
        made = mail("va el comprobante")
        made.add_attachment(b"%PDF-1.7 x", maintype="application", subtype="pdf", filename="Pago ñ 1/2.pdf")
        (one,) = read(made)[0].files
        assert (one.name, one.declared, one.data) == ("Pago ñ 1-2.pdf", "application/pdf", b"%PDF-1.7 x")


class TestHostile:
    """Whatever comes, there is an answer or a ValueError, soon."""

    def test_broken_charsets_and_headers(self):
        raw = (b"From: =?utf-99?B?////?= <lucia@ejemplo.mx>\r\nSubject: =?x?Q?=ZZ?=\r\nMessage-ID: <<>\r\n"
               b"Date: ayer\r\nContent-Type: text/plain; charset=klingon\r\n"
               b"Content-Transfer-Encoding: base64\r\n\r\n@@@no es base64@@@")  # fmt: skip
        (said,) = read(raw)
        assert (said.email, said.at) == ("lucia@ejemplo.mx", CAME)

    def test_latin_1_that_claims_utf_8(self):
        raw = b"From: l@ejemplo.mx\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nPagu\xe9 ma\xf1ana"
        assert read(raw)[0].text == "Pagué mañana"

    def test_nested_without_end(self):
        raw = b"From: l@ejemplo.mx\r\n" + b"".join(
            b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(3000)
        )
        began = time.process_time()
        try:
            read(raw)
        except ValueError as error:
            assert "cannot be read" in str(error)
        assert time.process_time() - began < 5

    def test_thousands_of_parts(self):
        part = b"--b\r\nContent-Type: application/x\r\nContent-Disposition: attachment; filename=a\r\n\r\nx\r\n"
        raw = b"From: l@ejemplo.mx\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + part * 5000 + b"--b--"
        assert len(read(raw)[0].files) == 15

    def test_a_text_of_megabytes_is_cut(self):
        began = time.process_time()
        (said,) = read(b"From: l@ejemplo.mx\r\n\r\n" + b"El pago que escribo: " * 200_000)
        assert len(said.text) <= 20_000
        assert time.process_time() - began < 3

    def test_nobody_and_nothing(self):
        assert read(b"")[0].reason == "mail_without_sender"
        assert read(b"\x00\xff\xfe" * 500)[0].reason == "mail_without_sender"
