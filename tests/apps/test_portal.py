# ruff: noqa: F811 (fixtures shared by import)
"""The customer's page: a private link, what it shows, what can be done on it, and what it never tells."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlparse

import pytest
from django.test import Client
from django.utils import timezone
from portal_house import (  # noqa: F401
    TODAY,
    _calm,
    account,
    add_customer,
    bill,
    creditor,
    page,
    pay,
    point_of,
    text_of,
    upload,
    visit_of,
    web,
)

from puntual.apps.compliance import read as compliance
from puntual.apps.outreach.models import Fact, Outbox
from puntual.apps.parties import write as parties
from puntual.apps.parties.models import Account, ContactPoint
from puntual.apps.payments.models import PaymentRequest
from puntual.apps.policies import write as policies
from puntual.apps.portal import acts, read, tokens, write
from puntual.apps.portal.models import PaymentClaim, PortalLink, Preference, ReminderRequest, Satisfaction, WrongPerson
from puntual.apps.receivables import read as books_read
from puntual.apps.receivables import write as books
from puntual.core.ledger import references
from puntual.core.ledger.books import Component

pytestmark = pytest.mark.django_db


def mailed(account, *, minutes_ago, channel="email"):
    """A message that left a moment ago for the account."""
    row = Account.objects.get(pk=account)
    return Outbox.objects.create(
        once=f"t:{channel}", account=row, party_id=row.party_id, creditor_id=row.creditor_id, channel=channel,
        purpose="reminder_overdue", stage="administrative", step="dia+3", template="recordatorio", currency="MXN",
        amount_minor=1, scheduled_at=timezone.now(), expires_at=timezone.now(), state="sent",
        finished_at=timezone.now() - timedelta(minutes=minutes_ago),
    )  # fmt: skip


class TestLink:
    def test_one_live_link_per_account_is_used_again_and_it_is_short(self, account):
        first = write.link_for(account)
        assert write.link_for(account) == first
        assert PortalLink.objects.count() == 1
        assert len(urlparse(first).path.split("/")[2]) <= 30

    def test_many_at_once_in_a_handful_of_statements(self, creditor, django_assert_max_num_queries):
        accounts = [add_customer(creditor, f"M-{i}", tax_id=f"MUCH80010{i:04d}", email="") for i in range(40)]
        with django_assert_max_num_queries(8):
            links = write.links_for(accounts)
        assert len(set(links.values())) == 40
        assert write.links_for(accounts[:5]) == {a: links[a] for a in accounts[:5]}

    def test_the_database_alone_does_not_give_the_link(self, page):
        row = PortalLink.objects.get()
        held = " ".join(str(getattr(row, f.attname)) for f in row._meta.concrete_fields)
        signature = page.split("/")[2].split("-", 1)[1]
        assert signature not in held and signature.encode() not in bytes(row.nonce)

    def test_one_about_to_expire_is_replaced_and_still_works_meanwhile(self, account, page, web):
        PortalLink.objects.update(expires_at=datetime.now(UTC) + timedelta(days=3))
        assert urlparse(write.link_for(account, point=point_of(account).pk)).path != page
        assert web.get(page).status_code == 200

    def test_the_signing_key_of_before_still_opens_it(self, page, web, settings):
        old = settings.SECRET_KEY
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another-key", [old]
        assert web.get(page).status_code == 200
        settings.SECRET_KEY_FALLBACKS = []
        assert web.get(page).status_code == 404

    def test_wrong_expired_and_revoked_are_the_same_page_that_says_nothing(self, account, page, web):
        link = PortalLink.objects.get()
        other = tokens.make(link.pk + 1, bytes(link.nonce))
        answers = [web.get(f"/p/{t}/") for t in ("x", other, page.split("/")[2][:-1] + "!", "9" * 40)]
        PortalLink.objects.update(expires_at=datetime.now(UTC))
        answers.append(web.get(page))
        PortalLink.objects.update(expires_at=datetime.now(UTC) + timedelta(days=9))
        assert web.get(page).status_code == 200
        assert write.revoke_links(account=account, at=datetime.now(UTC)) == 1
        answers.append(web.get(page))
        assert {a.status_code for a in answers} == {404}
        assert len({text_of(a) for a in answers}) == 1
        assert "Ferretera" not in text_of(answers[0]) and "Ana" not in text_of(answers[0])


class TestPrivacy:
    def test_headers_and_title_tell_nothing(self, page, web):
        answer = web.get(page)
        assert answer["Referrer-Policy"] == "no-referrer"
        assert answer["X-Robots-Tag"].startswith("noindex")
        assert answer["Cache-Control"] == "no-store, private"
        assert "script-src 'none'" in answer["Content-Security-Policy"]
        head = answer.content.decode().split("</head>")[0]
        assert "<title>Página privada</title>" in head
        assert not {"Ana", "Ferretera", "1,500.50", "og:"} & set(re.findall(r"og:|[\w,.]+", head))
        assert "<script" not in answer.content.decode()

    def test_it_never_says_deudor(self, page, web, creditor):
        for path in ("", "pagar/", "abonar/", "ya-pague/", "no-soy/", "no-me-escriban/", "hablar/", "es-legitima/"):
            answer = web.get(page + path)
            assert answer.status_code == 200
            assert not re.search(r"deudor|moros", answer.content.decode(), re.IGNORECASE), path

    def test_too_many_knocks_are_told_to_wait(self, page, web):
        codes = [web.get(page + "baja/").status_code for _ in range(121)]
        assert codes == [302] * 120 + [429]
        last = web.get(page)
        assert last["Retry-After"] == "60" and "Espere un momento" in text_of(last) and "Ana" not in text_of(last)

    def test_whoever_guesses_links_is_told_to_wait_and_a_neighbour_with_a_good_one_is_not(self, page, web):
        codes = [web.get(f"/p/1-{i:022d}/").status_code for i in range(32)]
        assert codes == [404] * 30 + [429] * 2
        assert web.get(page).status_code == 200

    def test_no_robot_that_opens_every_link_does_anything(self, page, account):
        robot = Client(HTTP_USER_AGENT="SafeLinks/1.0 (scanner)", HTTP_ACCEPT_LANGUAGE="en")
        html = robot.get(page).content.decode()
        links = {u for u in re.findall(r'href="([^"]+)"', html) if u.startswith(page)}
        assert len(links) >= 10
        for url in [*links, page + "baja/"]:
            assert robot.get(url.replace("&amp;", "&")).status_code in (200, 302), url
            assert robot.head(url.replace("&amp;", "&")).status_code in (200, 302), url
        assert compliance.consents_of(Account.objects.get(pk=account).party_id) == []
        assert WrongPerson.objects.count() == PaymentClaim.objects.count() == Fact.objects.count() == 0
        assert PortalLink.objects.get().revoked_at is None

    def test_a_filter_that_poses_as_a_browser_as_the_mail_arrives_is_no_visit(self, page, web, account):
        mailed(account, minutes_ago=1)
        for address in (page, page + "pagar/"):
            assert web.get(address).status_code == 200
        assert Fact.objects.count() == 0

    def test_who_looks_later_or_by_another_channel_is_a_person(self, page, web, account):
        row = mailed(account, minutes_ago=4)
        web.get(page)
        fact = Fact.objects.get()
        assert (fact.kind, fact.outbox) == ("clicked", row)

    def test_a_message_by_whatsapp_is_opened_at_once_by_people(self, page, web, account):
        mailed(account, minutes_ago=1, channel="whatsapp")
        web.get(page)
        assert Fact.objects.get().kind == "clicked"

    def test_who_acts_at_once_is_a_person(self, page, web, account):
        mailed(account, minutes_ago=1)
        web.get(page)
        web.post(page + "recuerdenme/", {"llave": "k1", "on": (TODAY + timedelta(days=3)).isoformat()})
        assert [f.kind for f in Fact.objects.all()] == ["clicked"]

    def test_an_address_under_the_link_that_is_none_still_tells_nothing_to_the_next_site(self, page, web):
        answer = web.get(page + "no/existe")
        assert answer.status_code == 404 and answer["Referrer-Policy"] == "no-referrer"
        assert "Aquí no hay nada" in text_of(answer)


class TestHome:
    def test_the_total_and_every_line_of_it(self, page, web, creditor, account):
        pay(creditor, account, 200_00)
        said = text_of(web.get(page))
        assert "Hola, Ana" in said and "Total por pagar $1,300.50" in said and "Ferretera del Norte" in said
        assert "Importe original $1,200.00 Pagado o descontado −$200.00 Por pagar $1,000.00" in said
        for button in ("Pagar ahora", "Abonar una parte", "Ya pagué", "No soy esta persona", "No me escriban más"):
            assert button in said

    def test_each_charge_shows_its_formula(self, page, web, creditor, account):
        item = read.bill(account, TODAY).lines[0].due_item
        charge = books.Reduction(
            account, "interest", "MXN", TODAY, "i1", "test", ((item, Component.INTEREST, 23_67),),
            "1,200.00 × 60 % × 12 / 365",
        )  # fmt: skip
        books.post_reductions(creditor_id=creditor.pk, rows=[charge])
        said = text_of(web.get(page))
        assert "$23.67 = 1,200.00 × 60 % × 12 / 365" in said
        assert "Total por pagar $1,524.17" in said

    def test_nothing_to_pay(self, page, web, creditor, account):
        pay(creditor, account, 1500_50)
        said = text_of(web.get(page))
        assert "Hola, Ana: está al día" in said and "Constancia de no adeudo" in said
        assert "Pagar ahora" not in said

    def test_two_currencies_are_two_totals(self, page, web, creditor, account):
        bill(creditor, account, "U-1", 50_00, TODAY, "USD")
        said = text_of(web.get(page))
        assert "$1,500.50 MXN" in said and "US$50.00 USD" in said

    def test_few_questions_to_the_database_however_many_lines(
        self, page, web, creditor, account, django_assert_max_num_queries
    ):
        for i in range(30):
            bill(creditor, account, f"M-{i}", 10_00, TODAY - timedelta(days=i))
        web.get(page)
        shown = []
        for address in (page, page + "?pagina=2"):
            with django_assert_max_num_queries(18):
                shown.append(text_of(web.get(address)).count("Por pagar $"))
        assert shown == [20, 12]

    def test_a_visit_is_a_fact_once_a_day(self, page, web, account):
        web.get(page)
        web.get(page)
        fact = Fact.objects.get()
        assert (fact.kind, fact.device, fact.account_id) == ("clicked", "phone", account)

    def test_portuguese_and_english_on_request_and_remembered(self, page, web):
        assert web.get(page + "?idioma=en").status_code == 200
        assert web.cookies["p_idioma"].value == "en" and web.cookies["p_idioma"]["path"] == page
        assert '<html lang="en">' in web.get(page).content.decode()


EVERY_PAGE = (
    "", "pagar/", "pagar/vuelta/", "abonar/", "ya-pague/", "fecha/", "cuotas/", "no-estoy-de-acuerdo/", "queja/",
    "no-soy/", "no-me-escriban/", "hablar/", "recuerdenme/", "dia-de-pago/", "preferencias/", "mi-situacion/",
    "como-le-fue/", "es-legitima/", "paso/", "estado-de-cuenta/", "contactos/", "constancia/",
    "condiciones/", "listo/terms/",
    *(f"listo/{what}/" for what in ("claim", "stop", "remind", "promise", "plan", "dispute", "complaint", "talk")),
    *(f"listo/{what}/" for what in ("plan-pending", "settlement", "offer-declined", "autopay", "autopay-off", "word")),
)  # fmt: skip


class TestLanguages:
    @pytest.mark.parametrize(
        "language, foreign",
        [
            ("en", "que una para está día usted su con el los pago y de la"),
            ("pt-br", "usted día el los una con y su pagó más hoy"),
        ],
    )
    def test_no_word_of_spanish_is_left_on_any_page(self, page, web, creditor, account, language, foreign):
        web.get(page + f"?idioma={language}")
        web.post(page + "ya-pague/", claim_form(amount="100"))
        web.post(page + "paso/", {"answer": "1AB1"})
        for path in EVERY_PAGE:
            said = text_of(web.get(page + path)).replace("Ferretera del Norte", "").replace("Español", "")
            left = set(re.findall(r"\w+", said.lower())) & set(foreign.split())
            assert left == set(), (path, left)

    def test_amounts_and_dates_follow_the_language(self, page, web):
        assert "Total to pay $1,500.50" in text_of(web.get(page + "?idioma=en"))
        assert "was due 12 days ago" in text_of(web.get(page))
        assert "Total a pagar" in text_of(web.get(page + "?idioma=pt-br"))


class TestPaying:
    def test_all_with_the_reference_that_finds_the_account(self, page, web, account):
        said = text_of(web.get(page + "pagar/"))
        assert "Va a pagar $1,500.50" in said and "CLABE 012345678901234567" in said
        shown = re.search(r"concepto: ([\d ]+?) Con ella", said)[1].replace(" ", "")
        assert references.read(shown) == (references.ACCOUNT, account)

    def test_some_documents_or_a_part(self, page, web, account):
        item = read.bill(account, TODAY).lines[1].due_item
        assert "Va a pagar $300.50" in text_of(web.get(page + f"pagar/?doc={item}"))
        assert "Va a pagar $500.00 Es una parte de $1,500.50" in text_of(web.get(page + "pagar/?importe=500"))
        assert "Va a pagar $1,500.50" in text_of(web.get(page + "pagar/?importe=99999"))
        assert "con números" in text_of(web.get(page + "pagar/?importe=mucho"))

    def test_documents_of_somebody_else_are_not_payable_here(self, page, web, creditor):
        other = add_customer(creditor, "C-2", "Beto Paz", "PABE800101AB2", "beto@correo.example")
        bill(creditor, other, "B-1", 77_00, TODAY)
        theirs = read.bill(other, TODAY).lines[0].due_item
        said = text_of(web.get(page + f"pagar/?doc={theirs}"))
        assert "Va a pagar $1,500.50" in said and "77.00" not in said and "B-1" not in said


def claim_form(**more):
    return {"llave": "k1", "amount": "1,200.00", "paid_on": TODAY.isoformat(), "method": "transfer", **more}


class TestAlreadyPaid:
    def test_it_pauses_reminders_at_once(self, page, web, account):
        answer = web.post(page + "ya-pague/", claim_form(note="BBVA folio 99"), follow=True)
        assert "no le enviaremos recordatorios" in text_of(answer)
        row = PaymentClaim.objects.get()
        assert (row.amount_minor, row.currency, row.method, row.state) == (1200_00, "MXN", "transfer", "open")
        assert row.hold_until == visit_of(page).today(row.at) + timedelta(days=10)
        assert b"BBVA" not in bytes(row.sealed_note)
        assert acts.text_of(row.account.party_id, row.sealed_note) == "BBVA folio 99"
        held = read.claims_holds_frame().to_dicts()
        assert [(h["account"], h["reason"], h["until"]) for h in held] == [
            (account, "payment_to_verify", row.hold_until)
        ]
        assert "Recibimos su aviso de pago" in text_of(web.get(page))

    def test_the_same_form_twice_is_one_claim(self, page, web):
        web.post(page + "ya-pague/", claim_form())
        web.post(page + "ya-pague/", claim_form(amount="5"))
        assert [c.amount_minor for c in PaymentClaim.objects.all()] == [1200_00]

    def test_the_slip_is_kept_sealed_with_its_hash(self, page, web):
        slip = b"%PDF-1.4 recibo " + b"x" * 5000
        web.post(page + "ya-pague/", claim_form(slip=upload("recibo.pdf", slip)))
        row = PaymentClaim.objects.get()
        assert acts.slip_of(row) == slip
        assert (row.slip_type, row.slip_size) == ("application/pdf", 5016)
        assert b"recibo" not in bytes(row.sealed_slip)

    @pytest.mark.parametrize(
        "data, why",
        [(b"MZ\x90\x00" + b"x" * 50, "no es una foto ni un PDF"), (b"%PDF-" + b"x" * (5 * 1024 * 1024), "más de 5 MB")],
    )
    def test_other_files_are_refused_and_nothing_is_kept(self, page, web, data, why):
        answer = web.post(page + "ya-pague/", claim_form(slip=upload("foto.jpg", data)))
        assert answer.status_code == 422 and why in text_of(answer)
        assert PaymentClaim.objects.count() == 0

    @pytest.mark.parametrize(
        "wrong, why",
        [
            ({"amount": "nada"}, "con números"),
            ({"amount": "-5"}, "con números"),
            ({"paid_on": "ayer"}, "Elija una fecha"),
            ({"paid_on": "2999-01-01"}, "todavía no llega"),
            ({"method": "trueque"}, "Elija una de las opciones"),
        ],
    )
    def test_what_is_wrong_is_told_and_what_was_typed_stays(self, page, web, wrong, why):
        answer = web.post(page + "ya-pague/", claim_form(note="mi nota", **wrong))
        assert answer.status_code == 422 and why in text_of(answer) and "mi nota" in answer.content.decode()
        assert PaymentClaim.objects.count() == 0

    def test_a_link_is_not_a_store_of_files(self, page, web):
        answers = [
            web.post(page + "ya-pague/", claim_form(llave=f"k{i}", slip=upload("r.pdf", b"%PDF-1 " + bytes([65 + i]))))
            for i in range(10)
        ]
        assert [a.status_code for a in answers] == [302] * 8 + [422] * 2
        assert PaymentClaim.objects.count() == 8
        assert web.post(page + "ya-pague/", claim_form(llave="sin")).status_code == 302

    def test_after_one_that_was_not_found_the_pause_is_shorter(self, page, web):
        web.post(page + "ya-pague/", claim_form())
        acts.resolve_claim(claim_id=PaymentClaim.objects.get().pk, found=False, at=datetime.now(UTC))
        assert read.claims_holds_frame().height == 0
        web.post(page + "ya-pague/", claim_form(llave="k2"))
        row = PaymentClaim.objects.get(state="open")
        assert row.hold_until == visit_of(page).today(row.at) + timedelta(days=3)


class TestNotThisPerson:
    def test_the_contact_is_silenced_everywhere_and_the_link_closes(self, page, web, creditor, account):
        other = parties.create_creditor(
            code="sur", name="Sur", country="MX", zone="America/Mexico_City", currency="MXN"
        )
        theirs = add_customer(other, "S-1", "Otra Persona", "OTRA800101AB3", "ana@correo.example")
        elsewhere = urlparse(write.link_for(theirs, point=point_of(theirs).pk)).path
        answer = web.post(page + "no-soy/", {"llave": "k"}, follow=True)
        said = text_of(answer)
        assert "a•••@correo.example quedó silenciado" in said and "Ruiz" not in said and "1,500" not in said
        assert set(ContactPoint.objects.values_list("status", flat=True)) == {"silenced"}
        assert web.get(page).status_code == 404 and web.get(elsewhere).status_code == 404
        assert read.claims_holds_frame().height == 0
        pdf = web.get(page + "no-soy/constancia.pdf")
        assert pdf["Content-Type"] == "application/pdf" and pdf.content.startswith(b"%PDF-")

    def test_the_certificate_can_be_checked_by_anybody_and_names_nobody(self, page, web):
        said = text_of(web.post(page + "no-soy/", {"llave": "k"}, follow=True))
        number = re.search(r"Número (\w{12})", said)[1]
        checked = Client().get(f"/constancia/{number}/")
        assert checked.status_code == 200 and "Es auténtica" in text_of(checked) and "Ruiz" not in text_of(checked)
        assert Client().get("/constancia/AAAAAAAAAAAA/").status_code == 404

    def test_twice_is_once(self, page, web):
        web.post(page + "no-soy/", {"llave": "k"})
        web.post(page + "no-soy/", {"llave": "otra"})
        assert WrongPerson.objects.count() == 1

    def test_when_nobody_knows_where_the_link_arrived_the_address_typed_is_silenced(self, account, web):
        page = urlparse(write.link_for(account)).path
        assert "¿A qué correo o teléfono" in text_of(web.get(page + "no-soy/"))
        web.post(page + "no-soy/", {"llave": "k", "received_at": " ANA@correo.example "})
        assert point_of(account).status == "silenced"

    def test_an_address_that_is_not_there_silences_nothing_and_the_account_waits_for_a_person(self, account, web):
        page = urlparse(write.link_for(account)).path
        web.post(page + "no-soy/", {"llave": "k", "received_at": "x@otro.example"})
        assert point_of(account).status == "active"
        assert [h["reason"] for h in read.claims_holds_frame().to_dicts()] == ["wrong_party"]
        write.reviewed(wrong_person_id=WrongPerson.objects.get().pk, at=datetime.now(UTC))
        assert read.claims_holds_frame().height == 0


class TestStop:
    def acts_of(self, account):
        found = compliance.consents_of(Account.objects.get(pk=account).party_id)
        return [(c.channel, c.status, c.source) for c in found]

    def test_one_click_of_the_mail_program_without_cookies(self, page, account):
        mail = Client(enforce_csrf_checks=True)
        answer = mail.post(page + "baja/", {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200 and "no le escribiremos más" in answer.content.decode()
        assert self.acts_of(account) == [("email", "withdrawn", "person")]
        mail.post(page + "baja/", {"List-Unsubscribe": "One-Click"})
        assert len(self.acts_of(account)) == 1

    def test_a_get_of_it_only_asks(self, page, web, account):
        assert web.get(page + "baja/").headers["Location"] == page + "no-me-escriban/"
        assert self.acts_of(account) == []

    def test_every_channel(self, page, web, account):
        assert "no le escribiremos más" in text_of(web.post(page + "no-me-escriban/", {"channel": "*"}, follow=True))
        assert self.acts_of(account) == [("*", "withdrawn", "person")]
        assert web.get(page).status_code == 200

    def test_an_unknown_channel_is_refused(self, page, web, account):
        assert web.post(page + "no-me-escriban/", {"channel": "paloma"}).status_code == 422
        assert self.acts_of(account) == []


class TestOtherActs:
    def test_remind_me_on_a_day_pauses_until_it_twice_at_most(self, page, web, account):
        today = visit_of(page).today(datetime.now(UTC))
        for i, days in enumerate((3, 5)):
            form = {"llave": f"k{i}", "on": (today + timedelta(days=days)).isoformat()}
            assert "No le recordaremos nada antes" in text_of(web.post(page + "recuerdenme/", form, follow=True))
        third = web.post(page + "recuerdenme/", {"llave": "k9", "on": (today + timedelta(days=2)).isoformat()})
        assert third.status_code == 422 and ReminderRequest.objects.count() == 2
        held = [h for h in read.claims_holds_frame().to_dicts() if h["reason"] == "asked_later"]
        assert [(h["account"], h["until"]) for h in held] == [(account, today + timedelta(days=5))]

    def test_a_day_too_far_is_refused(self, page, web):
        form = {"llave": "k", "on": (TODAY + timedelta(days=40)).isoformat()}
        assert web.post(page + "recuerdenme/", form).status_code == 422
        assert ReminderRequest.objects.count() == 0

    def test_payday_and_its_next_day(self, page, web, account):
        web.post(page + "dia-de-pago/", {"kind": "monthly", "day": "31"})
        row = read.payday_of(account)
        assert write.next_payday(row, date(2026, 2, 10)) == date(2026, 2, 28)
        web.post(page + "dia-de-pago/", {"kind": "fortnight"})
        row = read.payday_of(account)
        assert [write.next_payday(row, d) for d in (date(2026, 3, 2), date(2026, 3, 16))] == [
            date(2026, 3, 15),
            date(2026, 3, 31),
        ]
        assert web.post(page + "dia-de-pago/", {"kind": "weekly", "weekday": "9"}).status_code == 422
        web.post(page + "dia-de-pago/", {"kind": "none"})
        assert read.payday_of(account) is None

    def test_preferences_become_a_frame_for_the_planner(self, page, web, account):
        web.post(page + "preferencias/", {"channel": "whatsapp", "hours": "afternoon"})
        assert Preference.objects.count() == 1
        (row,) = read.preferences_frame().to_dicts()
        assert (row["channel"], row["hour_from"], row["hour_to"]) == ("whatsapp", 12, 18)

    def test_a_delicate_situation_stops_automation(self, page, web, account):
        form = {"llave": "k", "text": "Perdí el empleo", "delicate": "on", "can_pay": "200", "every": "fortnight"}
        web.post(page + "mi-situacion/", form)
        (told,) = read.words_of(account)
        assert (told.can_pay_minor, told.currency, told.every, told.delicate) == (200_00, "MXN", "fortnight", True)
        assert acts.text_of(told.account.party_id, told.sealed_text) == "Perdí el empleo"
        assert [s.reason for s in compliance.situations_of(told.account.party_id)] == ["vulnerable"]

    def test_in_colombia_what_happened_is_not_asked_nor_taken(self, web):
        co = parties.create_creditor(code="co", name="Andina", country="CO", zone="America/Bogota", currency="COP")
        pk = add_customer(co, "K-1", "Luz Mora", "1020304050", "luz@correo.example", country="CO")
        bill(co, pk, "F-1", 90_000_00, TODAY, "COP")
        page = urlparse(write.link_for(pk)).path
        assert "qué pasó" not in text_of(web.get(page + "mi-situacion/"))
        web.post(
            page + "mi-situacion/", {"llave": "k", "text": "Perdí el empleo", "delicate": "on", "can_pay": "50.000"}
        )
        (told,) = read.words_of(pk)
        assert told.sealed_text is None and not told.delicate and told.can_pay_minor == 50_000_00

    def test_talk_and_rating(self, page, web, creditor, account):
        web.post(page + "hablar/", {"llave": "k", "text": "Llámenme", "channel": "call", "hours": "morning"})
        (asked,) = read.talks_to_attend(creditor.pk)
        assert acts.text_of(asked.account.party_id, asked.sealed_text) == "Llámenme"
        acts.attended(talk_id=asked.pk, at=datetime.now(UTC))
        assert read.talks_to_attend(creditor.pk) == []
        pay(creditor, account, 100_00)
        assert "¿Qué tan fácil fue pagar?" in text_of(web.get(page))
        assert web.post(page + "como-le-fue/", {"llave": "k", "score": "6"}).status_code == 422
        web.post(page + "como-le-fue/", {"llave": "k", "score": "5"})
        assert [s.score for s in Satisfaction.objects.all()] == [5]

    def test_the_public_policy_tells_stages_in_plain_words(self, creditor, web):
        steps = "  - {dia: -3, plantilla: aviso}\n  - {dia: 5, plantilla: recordatorio}\n"
        text = "politica: Amable\npais: MX\npasos:\n" + steps
        version = policies.save_version(creditor_id=creditor.pk, text=text)
        slug = version.policy.public_slug
        assert web.get(f"/politica/{slug}/").status_code == 404
        policies.activate(version=version, at=datetime.now(UTC) - timedelta(minutes=1))
        said = text_of(web.get(f"/politica/{slug}/"))
        assert "3 días antes de vencer, un recordatorio" in said and "5 días después de vencer, un mensaje" in said


class TestOwnReference:
    def test_a_transfer_for_some_documents_has_its_own_reference_and_a_form_is_one(self, page, web, account):
        items = {b.due_item.invoice.number: b.due_item_id for b in books_read.open_items(account)}
        assert "solo para esto" not in text_of(web.get(page + "pagar/"))
        assert "solo para esto" in text_of(web.get(f"{page}pagar/?moneda=MXN&doc={items['A-2']}"))
        form = {"llave": "k1-ref", "moneda": "MXN", "importe_minor": "30050", "doc": items["A-2"]}
        said = [text_of(web.post(page + "pagar/referencia/", form)) for _ in range(2)]
        request = PaymentRequest.objects.get()
        assert (request.items, request.amount_minor) == ([[items["A-2"], 300_50]], 300_50)
        assert all(references.pretty(references.make(references.REQUEST, request.pk)) in text for text in said)
        assert "A-2" in said[0] and "A-1" not in said[0]
        assert web.get(page + "pagar/referencia/").status_code == 302
