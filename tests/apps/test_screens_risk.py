"""Riesgo y segmentos on screen: what is told, who may change it, and what is refused with a sentence."""

from __future__ import annotations

import pytest
from django.urls import reverse
from scoring_house import DAWN, accounts, company, owes

from puntual.apps.segments import read
from puntual.apps.segments.models import Experiment, Resources, RuleSet
from puntual.pipeline.scoring import score_day

pytestmark = pytest.mark.django_db


@pytest.fixture
def creditor():
    return company()


@pytest.fixture
def known(creditor):
    made = accounts(creditor, [f"C-{n}" for n in range(12)])
    for n, account in enumerate(made.values()):
        owes(creditor, account, 500_00, late=n - 3)
    score_day(creditor=creditor, as_of=DAWN, learner=None)
    return made


@pytest.fixture
def manager(person, creditor, client):
    client.force_login(person("gerente", "manager", creditor))
    return client


def text_of(client, name, *args, **query):
    answer = client.get(reverse(f"segments:{name}", args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_empty_company_is_taught_what_will_be_here(manager):
    assert "Todavía no hay calificaciones" in text_of(manager, "overview")
    assert "Primero, una calificación" in text_of(manager, "experiments")
    assert "Todavía no hay calificaciones" in text_of(manager, "model")


def test_a_young_company_reads_poca_historia_on_every_page_that_predicts(manager, known):
    for name in ("overview", "model"):
        assert "Poca historia" in text_of(manager, name)
    page = manager.get(reverse("receivables:account", args=[known["C-5"]])).content.decode()
    assert "Riesgo y por qué" in page
    assert "Poca historia" in page


def test_segments_show_their_sizes_and_lead_to_their_accounts(manager, creditor, known):
    scored = read.scores_of(known.values())
    code = scored[known["C-11"]].segment
    assert reverse("segments:segment", args=[code]) in text_of(manager, "segments")
    assert "Cliente C-11" in text_of(manager, "segment", code)


def test_a_figure_of_a_rule_is_changed_as_it_is_read(manager, creditor):
    manager.post(reverse("segments:rules"), {"f.historia.1.pagos_conocidos.menor": "5"})
    assert read.rules_of(creditor.pk)["historia"][0]["cuando"] == {"pagos_conocidos": {"menor": 5}}
    assert RuleSet.objects.get().number == 1


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"f.historia.1.pagos_conocidos.menor": "tres"}, "«tres» no es un número"),
        ({"reglas": "historia: [{valor: x"}, "No se pudo leer"),
        ({"reglas": "segmentos:\n  - {valor: a, cuando: {color: 1}}"}, "no es un dato que las reglas conozcan"),
    ],
)
def test_rules_that_cannot_be_read_are_refused_and_nothing_is_kept(manager, data, words):
    page = manager.post(reverse("segments:rules"), data).content.decode()
    assert words in page
    assert "No se guardó nada" in page
    assert not RuleSet.objects.exists()


def test_what_there_is_to_spend_is_kept_or_refused_whole(manager, creditor):
    first = manager.get(reverse("segments:resources")).context["channels"]
    form = {name: value for _, _, rows in first for name, _, value, _ in rows}
    manager.post(reverse("segments:resources"), {**form, "minutes": "mucho"})
    assert not Resources.objects.exists()
    manager.post(reverse("segments:resources"), {**form, "minutes": "480", "most_email": "200", "lift_call": "30"})
    assert read.capacity(creditor.pk).minutes == 480
    assert read.capacity(creditor.pk).channel_counts == {"email": 200}
    assert {c: e.lift for c, e in read.own_economics(creditor.pk).items()} == {"call": 0.3}


def test_an_experiment_is_told_before_it_starts_and_starts_only_when_asked(manager, creditor, known):
    data = {"name": "¿Sirve avisar?", "kind": "hold_out", "control_pct": 50, "days": 30, "change_points": 5}
    page = manager.post(reverse("segments:new_experiment"), {**data, "mirar": "1"}).content.decode()
    assert "No se podrá demostrar una mejora de 5 puntos" in page
    assert not Experiment.objects.exists()
    manager.post(reverse("segments:new_experiment"), {**data, "empezar": "1"})
    one = Experiment.objects.get()
    assert one.assigned.count() == 12
    assert "Lo que se dijo antes de empezar" in text_of(manager, "experiment", one.pk)
    manager.post(reverse("segments:stop_experiment", args=[one.pk]))
    assert Experiment.objects.get().stopped_on is not None


def test_who_only_looks_changes_nothing(person, creditor, client, known):
    client.force_login(person("lectora", "read_only", creditor))
    assert client.get(reverse("segments:overview")).status_code == 200
    assert client.post(reverse("segments:rules"), {"f.historia.1.pagos_conocidos.menor": "5"}).status_code == 403
    assert not RuleSet.objects.exists()


def test_another_companys_experiment_is_not_found(manager, creditor, known):
    other = company("sur")
    one = Experiment.objects.create(
        creditor=other, name="Ajeno", kind="hold_out", control_pct=10, salt="sur-1", starts_on=DAWN.date(),
        ends_on=DAWN.date(), currency="MXN", created_at=DAWN,
    )  # fmt: skip
    assert manager.get(reverse("segments:experiment", args=[one.pk])).status_code == 404


def test_two_policies_are_compared_over_the_past_and_money_is_called_an_estimate(manager, creditor, known):
    from puntual.apps.policies import presets
    from puntual.apps.policies import write as policies
    from puntual.apps.policies.models import Policy
    from puntual.apps.reports import write as reports

    reports.set_contact_costs(creditor_id=creditor.pk, costs={"email": 50})
    text = (
        presets.text_for("MX")
        .replace("Cobranza amable (México)", "Sin avisos")
        .replace("pasos:", "no_contactar: true\npasos:")
    )
    quiet = Policy.objects.create(creditor=creditor, name="Sin avisos", public_slug="sin-avisos")
    policies.save_version(creditor_id=creditor.pk, text=text, policy=quiet)
    kind = Policy.objects.get(creditor=creditor, default=True)
    asked = {"a": kind.pk, "b": quiet.pk, "dias": 14}
    assert "Repitiendo 14 días" in text_of(manager, "compare", **asked)
    page = manager.get(reverse("segments:compare"), {**asked, "ya": "1"})
    found = page.context["found"]
    contacts = dict((label, pair) for label, *pair in found["rows"])["Contactos"]
    assert contacts[1] == 0
    assert found["spent"] == [("MXN", contacts[0] * 50, 0)]
    assert "estimación, no un hecho" in page.content.decode()
