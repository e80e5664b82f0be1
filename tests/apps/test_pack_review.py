"""«Sin revisar por abogado» goes beside every verdict until a lawyer signs that very version of the norm."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.contrib.auth.models import User
from django.test import Client

from puntual.apps.audit.models import AuditRecord
from puntual.apps.compliance import read, soft, write
from puntual.apps.compliance.models import SoftValue
from puntual.apps.parties import write as parties
from puntual.core.errors import UnusableInput
from puntual.law import loader
from puntual.pipeline.law_in_force import law_in_force

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)
AT = datetime(2026, 11, 24, 15, tzinfo=UTC)


def sign(pack="CO", name="Ana Ruiz Soto", licence="T.P. 12345", on=TODAY):
    return write.sign(pack=pack, name=name, licence=licence, on=on, today=TODAY, at=AT)


def warnings(pack="CO", on=TODAY):
    return [w.split(":")[0] for w in law_in_force([pack]).packs[pack].standing_warnings(on)]


class TestTheSignature:
    def test_only_then_the_warning_goes_and_the_review_day_counts(self):
        assert warnings() == ["W-UNREVIEWED"]
        sign()
        assert warnings() == []
        assert law_in_force(["CO"]).packs["CO"].reviewer == "Ana Ruiz Soto (T.P. 12345)"
        assert warnings(on=date(2027, 7, 1)) == ["W-STALE"]
        assert warnings("MX") == ["W-UNREVIEWED"]

    def test_a_newer_version_of_the_norm_is_unreviewed_again(self):
        row = sign()
        SoftValue.objects.filter(pk=row.pk).update(value={**row.value, "version": "2026.10.0"})
        assert warnings() == ["W-UNREVIEWED"]
        assert read.review_of("CO") is None

    def test_taken_back_it_is_unreviewed(self):
        write.take_back(value_id=sign().pk, at=AT)
        assert warnings() == ["W-UNREVIEWED"]
        assert read.reviewed() == frozenset()

    @pytest.mark.parametrize("wrong", [{"name": "Ana"}, {"licence": " "}, {"on": date(2026, 11, 25)}, {"pack": "ZZ"}])
    def test_what_is_no_signature_is_refused_and_leaves_nothing(self, wrong):
        with pytest.raises(UnusableInput):
            sign(**wrong)
        assert not SoftValue.objects.exists()

    def test_of_several_norms_all_must_be_signed(self):
        sign()
        assert read.reviewer_of("CO 2026.11.0") == "Ana Ruiz Soto (T.P. 12345)"
        assert read.reviewer_of("CO 2026.11.0 + MX 2026.11.0") == ""


class TestTheScreen:
    @pytest.fixture
    def web(self):
        parties.create_creditor(code="norte", name="Norte", country="CO", zone="America/Bogota", currency="COP")
        web = Client()
        web.force_login(User.objects.create_superuser("marta"))
        return web

    def test_signed_on_screen_it_is_in_the_log_and_can_be_taken_back(self, web):
        assert "CO: sin revisar por abogado" in web.get("/normas/CO/").content.decode()
        web.post("/normas/CO/firmar/", {"name": "Ana Ruiz Soto", "licence": "T.P. 12345", "on": "2026-11-01"})
        page = web.get("/normas/CO/").content.decode()
        assert "Ana Ruiz Soto" in page
        assert "sin revisar por abogado</span>" not in page
        assert AuditRecord.objects.get(act="pack_signed").detail["version"] == soft.version_of("CO")
        web.post(f"/normas/valores/{SoftValue.objects.get().pk}/deshacer/")
        assert "sin revisar por abogado" in web.get("/normas/CO/").content.decode()

    def test_every_country_of_the_list_says_it(self, web):
        assert web.get("/normas/").content.decode().count("sin revisar por abogado") == 12


def test_a_pack_edited_on_disk_rules_at_once(tmp_path):
    text = (loader.FOLDER / "pa.yaml").read_text(encoding="utf-8")
    file = tmp_path / "pa.yaml"
    file.write_text(text, encoding="utf-8")
    assert loader.load_law(["PA"], folder=tmp_path).packs["PA"].reviewer is None
    file.write_text(text.replace("reviewer: null", "reviewer: Luz Mora"), encoding="utf-8")
    assert loader.load_law(["PA"], folder=tmp_path).packs["PA"].reviewer == "Luz Mora"
