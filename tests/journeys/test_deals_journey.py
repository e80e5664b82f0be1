"""An agreement from the customer's page to its acceptance, and its screens, in a real browser."""

from __future__ import annotations

import pytest

from puntual.apps.negotiation.models import Deal

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_agreement_is_seen_to_the_cent_offered_and_accepted_by_telephone(portfolio, open_page) -> None:
    page = open_page(f"/clientes/{portfolio.accounts['C-1']}/")
    page.get_by_role("link", name="Ofrecer convenio o quita").click()
    page.get_by_label("Pagos", exact=True).fill("4")
    page.get_by_role("button", name="Ver cómo queda").click()
    page.wait_for_selector("text=Está dentro de lo que usted puede otorgar")
    page.get_by_role("button", name="Ofrecer al cliente").click()
    page.wait_for_selector("text=el cliente ya lo ve en su página")
    page.get_by_label("Cómo aceptó").select_option("call")
    page.get_by_role("button", name="Aceptó", exact=True).click()
    page.wait_for_selector("text=está en marcha")
    assert Deal.objects.get().state == "current"


def test_the_screens_are_accessible_in_light_and_dark_and_fit_a_phone(portfolio, accessible, open_page) -> None:
    account = portfolio.accounts["C-1"]
    accessible(f"/clientes/{account}/convenio/?clase=quita&importe=9000")
    page = accessible(f"/clientes/{account}/convenio/")
    page.get_by_role("button", name="Ofrecer al cliente").click()
    page.wait_for_selector("text=¿Qué respondió el cliente?")
    accessible(f"/convenios/{Deal.objects.get().pk}/")
    accessible("/pagos/en-linea/")
    accessible(f"/clientes/{account}/pagina/")
