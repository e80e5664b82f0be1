"""Políticas on screen: changed as a draft, seen before it rules, stopped by the law, undone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from puntual.apps.parties import write as parties
from puntual.apps.parties.models import Account
from puntual.apps.policies import presets, read
from puntual.apps.policies import write as policies
from puntual.apps.policies.editing import document, with_step
from puntual.apps.policies.models import Policy, PolicyVersion
from puntual.apps.receivables import write as books
from puntual.core.time import local_date

pytestmark = pytest.mark.django_db
ZONE = "America/Santiago"


@pytest.fixture
def creditor():
    return parties.create_creditor(code="sur", name="Maderas del Sur", country="CL", zone=ZONE, currency="CLP")


@pytest.fixture
def policy(creditor) -> Policy:
    version = policies.save_version(creditor_id=creditor.pk, text=presets.text_for("CL"))
    policies.activate(version=version, at=datetime.now(UTC) - timedelta(days=90))
    return version.policy


@pytest.fixture
def boss(client, django_user_model):
    client.force_login(django_user_model.objects.create_superuser("lucia"))
    return client


def step(**changes: object) -> dict[str, object]:
    return {"moment": "after", "days": 12, "template": "recordatorio", "tone": "cercano"} | changes


def token(page) -> str:
    return re.search(r'name="vista" value="([^"]+)"', page.content.decode()).group(1)


def test_nobody_sees_policies_without_entering(client, policy) -> None:
    response = client.get("/politicas/")
    assert (response.status_code, response["location"]) == (302, "/entrar/?next=/politicas/")


def test_a_new_step_waits_in_a_draft_and_todays_policy_stays(boss, policy) -> None:
    boss.post(reverse("policies:step_new", args=[policy.pk]), step())
    draft = policy.versions.get(number=2)
    assert draft.active_from is None
    assert [s.day for s in read.parse_text(draft.text).steps] == [-8, -4, 0, 3, 7, 12, 15, 31, 45, 70, 91]
    now = datetime.now(UTC)
    assert [s.day for s in read.in_force(policy.creditor_id, now)[None].policy.steps] == [
        -8,
        -4,
        0,
        3,
        7,
        15,
        31,
        45,
        70,
        91,
    ]


def test_the_draft_is_undone_to_what_rules(boss, policy) -> None:
    boss.post(reverse("policies:step_new", args=[policy.pk]), step())
    boss.post(reverse("policies:undo", args=[policy.pk]))
    assert PolicyVersion.objects.filter(policy=policy).count() == 1


def test_two_steps_on_one_day_are_an_error_beside_the_days(boss, policy) -> None:
    page = boss.post(reverse("policies:step_new", args=[policy.pk]), step(days=15))
    assert page.context["form"].errors == {"days": ["Ya hay un paso ese día; elija otro."]}
    assert policy.versions.count() == 1


def test_past_ninety_days_only_a_person_decides(boss, policy) -> None:
    page = boss.post(reverse("policies:step_new", args=[policy.pk]), step(days=120))
    assert list(page.context["form"].errors) == ["task"]
    boss.post(reverse("policies:step_new", args=[policy.pk]), step(days=120, task="on"))
    assert read.parse_text(policy.versions.get(number=2).text).steps[-1].is_task


def test_nothing_is_activated_without_its_preview(boss, policy) -> None:
    boss.post(reverse("policies:step_new", args=[policy.pk]), step())
    boss.post(reverse("policies:activate", args=[policy.pk]))
    assert policy.versions.get(number=2).active_from is None


def test_a_preview_of_another_text_does_not_activate_this_one(boss, policy) -> None:
    boss.post(reverse("policies:rules", args=[policy.pk]), rules())
    seen = token(boss.get(reverse("policies:preview", args=[policy.pk])))
    boss.post(reverse("policies:rules", args=[policy.pk]), rules(gap=6))
    boss.post(reverse("policies:activate", args=[policy.pk]), {"vista": seen})
    assert policy.versions.get(number=2).active_from is None


def rules(**changes: object) -> dict[str, object]:
    return {
        "name": "Cobranza de bosque",
        "hour": "11:00",
        "gap": 5,
        "channels": ["email"],
        "terms": "Uno.\nDos.",
    } | changes


def test_a_seen_draft_rules_from_then_on_with_its_new_name(boss, policy) -> None:
    boss.post(reverse("policies:rules", args=[policy.pk]), rules())
    seen = token(boss.get(reverse("policies:preview", args=[policy.pk])))
    boss.post(reverse("policies:activate", args=[policy.pk]), {"vista": seen})
    value = read.in_force(policy.creditor_id, datetime.now(UTC))[None].policy
    assert (value.name, value.hour.hour, value.min_gap_days, value.terms) == (
        "Cobranza de bosque",
        11,
        5,
        ("Uno.", "Dos."),
    )
    policy.refresh_from_db()
    assert policy.name == "Cobranza de bosque"


def test_what_the_law_refuses_is_said_and_cannot_be_activated(boss, policy) -> None:
    """Chile: two messages in seven days, with two days between them; a third one is too many."""
    text = policy.versions.get().text.replace("dias_entre_contactos: 3", "dias_entre_contactos: 1")
    for day in (1, 2):
        text = with_step(text, None, {"dia": day, "plantilla": "recordatorio"})
    boss.post(reverse("policies:text", args=[policy.pk]), {"text": text})
    page = boss.get(reverse("policies:preview", args=[policy.pk]))
    assert page.context["findings"][0]["when"] in ("El día en que vence", "1 día después")
    assert 'name="vista"' not in page.content.decode()


def test_the_preview_says_who_when_and_by_which_channel(boss, creditor, policy) -> None:
    today = local_date(datetime.now(UTC), ZONE)
    row = parties.NewAccount(
        "C-1", "Forestal Ñuble", debtor="business", points=(parties.NewPoint("email", "a@nuble.example"),)
    )
    account = parties.register_accounts(creditor=creditor, rows=[row]).accounts["C-1"]
    due = today - timedelta(days=11)
    invoice = books.NewInvoice(account, "F-9", "F-9", due, "CLP", 250_000, ((due, 250_000),))
    books.post_invoices(creditor_id=creditor.pk, invoices=[invoice], source="prueba")
    boss.post(reverse("policies:text", args=[policy.pk]), {"text": presets.nothing().replace("pais: MX", "pais: CL")})
    changes = boss.get(reverse("policies:preview", args=[policy.pk])).context["changes"]
    assert changes["before"]["messages"] + len(changes["before"]["refused"]) == 1
    assert (changes["after"]["messages"], changes["after"]["skipped"]) == (0, [("do_nothing_policy", 1)])


def test_wrong_yaml_says_the_line_and_keeps_nothing(boss, policy) -> None:
    page = boss.post(reverse("policies:text", args=[policy.pk]), {"text": "politica: X\n  pais: [MX"})
    assert "línea" in page.context["form"].errors["text"][0]
    page = boss.post(
        reverse("policies:text", args=[policy.pk]),
        {"text": "politica: X\npais: CL\npasos:\n- {dia: 200, plantilla: a}\n"},
    )
    assert page.context["form"].errors["text"] == [
        "pasos[1]: el día 200 pasa de 90: ahí solo cabe «tarea: Decidir», nunca un envío automático."
    ]
    assert policy.versions.count() == 1


def test_a_segment_gets_a_policy_and_back(boss, creditor, policy) -> None:
    rows = [parties.NewAccount(f"C-{n}", f"Cliente {n}", segment="Mayoreo" if n < 3 else "") for n in (1, 2, 3)]
    parties.register_accounts(creditor=creditor, rows=rows)
    boss.post("/politicas/nueva/", {"start": "nada", "name": ""})
    nothing = Policy.objects.get(name="No contactar")
    boss.post(reverse("policies:assign", args=[nothing.pk]), {"segmento": "Mayoreo"})
    assert set(Account.objects.filter(policy=nothing).values_list("code", flat=True)) == {"C-1", "C-2"}
    boss.post(reverse("policies:unassign", args=[nothing.pk]))
    assert Account.objects.filter(policy=nothing).count() == 0


def test_another_companys_policy_is_not_there(boss, policy) -> None:
    other = parties.create_creditor(code="otra", name="Otra", country="MX", zone="America/Mexico_City", currency="MXN")
    foreign = policies.save_version(creditor_id=other.pk, text=presets.text_for("MX")).policy
    boss.get("/politicas/")
    assert boss.get(reverse("policies:policy", args=[foreign.pk])).status_code == 404


def test_the_text_survives_the_forms() -> None:
    text = presets.text_for("PE")
    again = with_step(text, "primer-aviso", document(text)["pasos"][3])
    assert document(again) == document(text)
    assert again.splitlines()[0] == text.splitlines()[0]


class TestChargesInTheForm:
    def rules(self, boss, policy, **changes):
        base = {
            "name": "Cobranza amable", "hour": "10:00", "gap": 3, "channels": ["email"], "interest": "24", "fees": "no",
        }  # fmt: skip
        page = boss.post(reverse("policies:rules", args=[policy.pk]), base | changes)
        draft = policy.versions.filter(active_from=None).first()
        return page, read.parse_text(draft.text) if draft else None

    def test_grace_and_agreed_fees_are_written(self, boss, policy) -> None:
        _page, value = self.rules(boss, policy, grace="5", fees="pct", fees_pct="4.5", minimum="1.500")
        assert (value.grace_days, value.collection_fee, value.collection_fee_pct) == (5, True, "4.5")
        assert value.minimum_minor == {"CLP": 1500}

    def test_fees_of_the_norm_and_none(self, boss, policy) -> None:
        _page, value = self.rules(boss, policy, fees="norma")
        assert (value.collection_fee, value.collection_fee_pct, value.grace_days) == (True, None, 0)
        _page, value = self.rules(boss, policy, fees="no")
        assert value.collection_fee is False

    def test_a_percent_without_its_number_is_asked_for_and_nothing_is_kept(self, boss, policy) -> None:
        page, value = self.rules(boss, policy, fees="pct")
        assert "Diga qué porcentaje se pactó" in page.content.decode()
        assert value is None

    def test_what_is_no_amount_is_said_beside_its_field(self, boss, policy) -> None:
        page, value = self.rules(boss, policy, minimum="mil")
        assert "Escriba el importe con números" in page.content.decode()
        assert value is None

    def test_a_step_may_ask_for_a_report_to_a_bureau(self, boss, policy) -> None:
        boss.post(reverse("policies:step_new", args=[policy.pk]), step(days=40, task="on", decide="reporte"))
        value = read.parse_text(policy.versions.get(number=2).text)
        assert next((s.template, s.channels) for s in value.steps if s.day == 40) == ("reporte_central", ("task",))
