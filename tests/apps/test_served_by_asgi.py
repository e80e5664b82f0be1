"""The product is served by ASGI, whose requests bring a `scope` of their own: every page answers there too."""

from __future__ import annotations

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient

from desk_house import company


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", ["/paleta/", "/mis-opciones/", "/gestion/", "/mis-revisiones/"])
def test_pages_with_and_without_a_company_answer(person, path):
    user = person("ana", "agent", company())
    browser = AsyncClient()
    async_to_sync(browser.aforce_login)(user)
    assert async_to_sync(browser.get)(path).status_code == 200
