"""The hours of a page are those of the creditor that it is about, also the first time that a link leads to it."""

from __future__ import annotations

import pytest
from django.test import RequestFactory
from django.utils import timezone

from puntual.apps import scope as scopes
from puntual.apps.parties import write as parties

pytestmark = pytest.mark.django_db


def test_following_a_link_to_another_country_tells_its_hours_and_leaves_no_trace(person):
    made = {
        code: parties.create_creditor(code=code, name=code, country=country, zone=zone, currency=currency)
        for code, country, zone, currency in [
            ("bogota", "CO", "America/Bogota", "COP"), ("norte", "MX", "America/Mexico_City", "MXN"),
        ]
    }  # fmt: skip
    request = RequestFactory().get("/")
    request.user, request.session = person("lucia"), {}
    scopes.choose(request, made["bogota"].pk)
    seen = []

    @scopes.screen
    def view(request, scope):
        seen.append(timezone.get_current_timezone_name())
        scopes.follow(request, scope, made["norte"].pk)
        seen.append(timezone.get_current_timezone_name())

    before = timezone.get_current_timezone_name()
    view(request)
    assert seen == ["America/Bogota", "America/Mexico_City"]
    assert timezone.get_current_timezone_name() == before
