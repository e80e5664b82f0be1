"""The register of stops: whatever is imported, declared, merged into an account or handed to an agency, a person who
said «stop» stays stopped until the same person says otherwise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from puntual.apps.compliance import read, write
from puntual.apps.compliance.write import NewConsent
from puntual.apps.parties import write as parties
from puntual.apps.parties.models import Account, ContactPoint
from puntual.core.compliance import consent
from puntual.core.errors import UnusableInput

BEGIN = datetime(2026, 1, 1, 15, 0, tzinfo=UTC)
CHANNELS = ("email", "sms", "whatsapp", "call")
OTHERS = ("import", "agency", "declared", "contract", "merge", "creditor")

deeds = st.lists(
    st.one_of(
        st.tuples(st.just("grant_by_others"), st.sampled_from((*CHANNELS, "*")), st.sampled_from(OTHERS)),
        st.tuples(st.just("declare"), st.sampled_from(CHANNELS), st.just("")),
        st.tuples(st.just("stop_by_others"), st.sampled_from((*CHANNELS, "*")), st.sampled_from(OTHERS)),
        st.tuples(st.just("import_again"), st.just(""), st.just("")),
        st.tuples(st.just("another_creditor"), st.just(""), st.just("")),
        st.tuples(st.just("stop"), st.sampled_from((*CHANNELS, "*")), st.just("person")),
        st.tuples(st.just("grant"), st.sampled_from((*CHANNELS, "*")), st.just("person")),
    ),
    min_size=1,
    max_size=12,
)


class Model:
    """What must hold, said another way: per channel, the last word of the person, and any stop since."""

    def __init__(self):
        self.stopped = dict.fromkeys(CHANNELS, False)

    def told(self, deed, channel):
        if deed in ("stop", "stop_by_others"):
            self._set(channel, True)
        elif deed == "grant":
            self._set(channel, False)

    def _set(self, channel, value):
        for one in CHANNELS if channel == "*" else (channel,):
            self.stopped[one] = value


class TestStops(TestCase):
    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
    @given(deeds)
    def test_only_the_person_lifts_a_stop(self, sequence):
        creditor, account = self._house()
        party = Account.objects.get(pk=account).party_id
        model, at = Model(), BEGIN
        for n, (deed, channel, source) in enumerate(sequence):
            at += timedelta(hours=1)
            self._do(deed, channel, source, creditor, party, at, n)
            model.told(deed, channel)
            assert self._stopped(party, at + timedelta(minutes=1)) == model.stopped

    def _house(self):
        creditor = parties.create_creditor(
            code="norte", name="Norte", country="MX", zone="America/Mexico_City", currency="MXN"
        )
        return creditor, self._load(creditor)

    def _load(self, creditor):
        row = parties.NewAccount(
            "C-1", "Ana Ruiz", tax_id="RUGA800101AB1", points=(parties.NewPoint("email", "ana@correo.example"),)
        )
        return parties.register_accounts(creditor=creditor, rows=[row]).accounts["C-1"]

    def _do(self, deed, channel, source, creditor, party, at, n):
        if deed == "grant_by_others":
            write.record_consents(rows=[NewConsent(party, channel, "granted", at, source)])
        elif deed == "stop_by_others":
            write.record_consents(rows=[NewConsent(party, channel, "withdrawn", at, source)])
        elif deed == "declare":
            write.declare_consents(parties=[party], channels=[channel], basis="contrato", text="", proof="F1", at=at)
        elif deed == "import_again":
            self._load(creditor)
        elif deed == "another_creditor":
            self._load(
                parties.create_creditor(
                    code=f"otra-{n}", name="Otra", country="MX", zone="America/Mexico_City", currency="MXN"
                )
            )
        else:
            status = "withdrawn" if deed == "stop" else "granted"
            write.record_consents(rows=[NewConsent(party, channel, status, at, source)])

    def _stopped(self, party, at):
        rows = pl.DataFrame(
            {"party": [party] * len(CHANNELS), "channel": CHANNELS, "at": [at] * len(CHANNELS)},
            schema={"party": pl.Int64, "channel": pl.String, "at": pl.Datetime("us", "UTC")},
        )
        opted, _granted = consent.state(rows, read.consents_frame())
        return dict(zip(CHANNELS, (bool(o) for o in opted)))


@pytest.mark.django_db
class TestSilencedPoints:
    def test_a_silenced_contact_arrives_silenced_with_every_creditor(self):
        def house(code):
            return parties.create_creditor(
                code=code, name=code, country="MX", zone="America/Mexico_City", currency="MXN"
            )

        def load(creditor, name):
            row = parties.NewAccount(name, name, points=(parties.NewPoint("email", "ajena@correo.example"),))
            parties.register_accounts(creditor=creditor, rows=[row])

        load(house("a"), "Ana")
        parties.silence_point(point=ContactPoint.objects.get(), reason="wrong_person", at=BEGIN)
        load(house("b"), "Beto")
        assert set(ContactPoint.objects.values_list("status", flat=True)) == {"silenced"}


@pytest.mark.django_db
def test_a_declaration_without_its_proof_is_refused_and_leaves_nothing():
    with pytest.raises(UnusableInput):
        write.declare_consents(parties=[1], channels=["email"], basis="contrato", text="", proof=" ")
    assert read.consents_frame().is_empty()
