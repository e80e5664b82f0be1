# ruff: noqa: F811 (fixtures shared by import)
"""How the page treats people (usted, tú, vos), and the code that opens private papers by another channel."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from portal_house import TODAY, _calm, account, add_customer, bill, creditor, page, text_of, visit_of, web  # noqa: F401
from test_portal import EVERY_PAGE

from puntual.apps.negotiation import write_deals
from puntual.apps.parties import write as parties
from puntual.apps.parties.models import ContactPoint
from puntual.apps.portal import steps
from puntual.core.negotiation.quote import Terms
from puntual.core.negotiation.rules import NegotiationRules

pytestmark = pytest.mark.django_db
#: Words that only somebody who says «usted» uses.
FORMAL = re.compile(
    r"\b(usted|elija|díganos|escriba|pague|puede|prefiere|necesita|quiere|disculpe|revise|inténtelo|su plan|su pago|"
    r"sus datos|le enviamos|le responderemos|le escribiremos|no le recordaremos|acepte usted|tiene dudas)\b",
    re.IGNORECASE,
)
#: Said of others: «una persona que puede...», «lo que se puede», a name.
THIRD = ("aunque pague otra persona", "quien puede", "Puede ser una parte", "puede tardar", "Puede estar incompleto")
SENT = []


def take(creditor, channel, address, subject, text):
    SENT.append((channel, address, text))


def offered(account):
    offer = write_deals.Offer(
        account, TODAY, TODAY + timedelta(days=5), "agent", "o1", "agent", NegotiationRules().limits
    )
    write_deals.offer_agreement(offer=offer, terms=Terms(2, "month", TODAY), at=datetime.now(UTC))


class TestTreatment:
    @pytest.mark.parametrize("form, says", [("tu", "Elige lo que mejor te acomode"), ("vos", "Elegí lo que mejor te")])
    def test_no_page_says_usted_to_whom_is_treated_otherwise(self, page, web, creditor, account, form, says):
        type(creditor).objects.update(address_form=form)
        offered(account)
        assert says in text_of(web.get(page))
        for path in (*EVERY_PAGE, "oferta/"):
            said = text_of(web.get(page + path, follow=True))
            for allowed in THIRD:
                said = said.replace(allowed, "")
            found = FORMAL.search(said)
            assert found is None, (path, said[max(found.start() - 60, 0) : found.end() + 40])

    def test_by_default_it_is_usted_and_other_languages_do_not_care(self, page, web, creditor):
        assert "Elija lo que mejor le acomode" in text_of(web.get(page))
        type(creditor).objects.update(address_form="vos")
        assert '<html lang="es">' in web.get(page).content.decode()
        assert "Choose what suits you best" in text_of(web.get(page + "?idioma=en"))


class TestCode:
    @pytest.fixture(autouse=True)
    def sender(self, settings):
        settings.PORTAL_SENDER = "test_portal_treatment.take"
        SENT.clear()

    @pytest.fixture
    def phone(self, account, creditor):
        points = (parties.NewPoint("email", "ana@correo.example"), parties.NewPoint("phone", "+525512344321"))
        again = parties.NewAccount("C-1", "Ana Ruiz Gómez", "RUGA800101AB1", debtor="consumer", points=points)
        parties.register_accounts(creditor=creditor, rows=[again])
        return ContactPoint.objects.get(kind="phone")

    def test_it_goes_to_another_contact_than_the_link_and_opens_the_papers(self, page, web, phone):
        shown = web.get(page + "paso/")
        assert "Enviarlo a •••• 4321" in text_of(shown) and "ana" not in text_of(shown)
        assert SENT == [], "looking sends nothing"
        answer = web.post(
            page + "paso/", {"enviar": re.search(r'name="enviar" value="(\d+)"', shown.content.decode())[1]}
        )
        assert "Le enviamos un código a •••• 4321" in text_of(answer)
        [(channel, address, text)] = SENT
        assert (channel, address) == ("sms", "+525512344321")
        code = re.search(r"\b(\d{6})\b", text)[1]
        assert (
            web.post(page + "paso/?ir=statement", {"answer": "000000" if code != "000000" else "111111"}).status_code
            == 403
        )
        assert "Saldo de hoy" in text_of(web.post(page + "paso/?ir=statement", {"answer": code}, follow=True))

    def test_it_lives_a_quarter_of_an_hour(self, page, web, phone):
        visit = visit_of(page)
        now = datetime.now(UTC)
        steps.send_code(visit=visit, to=steps.others(visit, visit.link.contact_point_id)[0], at=now)
        code = re.search(r"\b(\d{6})\b", SENT[0][2])[1]
        assert not steps.answer(visit=visit, text=code, at=now + timedelta(minutes=16))

    def test_three_an_hour_and_no_more(self, page, web, phone):
        form = {"enviar": phone.pk}
        codes = [web.post(page + "paso/", form).status_code for _ in range(4)]
        assert codes == [200, 200, 200, 422] and len(SENT) == 3

    def test_a_silenced_contact_gets_none_and_another_persons_number_neither(self, page, web, phone):
        parties.silence_point(point=phone, reason="wrong_person", at=datetime.now(UTC))
        assert "Recibir un código" not in text_of(web.get(page + "paso/"))
        web.post(page + "paso/", {"enviar": phone.pk})
        assert SENT == []
