"""Riesgo y segmentos on screen: what is told, who may change it, and what is refused with a sentence."""

from __future__ import annotations

import pytest
from django.urls import reverse
from scoring_house import DAWN, accounts, company, owes

from puntual.apps.policies import editing
from puntual.apps.policies import read as policies
from puntual.apps.policies.models import Policy
from puntual.apps.reports import build_forecast
from puntual.apps.segments import read
from puntual.apps.segments.models import AccountScore, Experiment, Reason, Resources, RuleSet
from puntual.pipeline.scoring import score_day
from puntual.project import cli

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


def test_every_document_shown_has_its_reason_told_when_the_night_kept_none(manager, creditor, known):
    owes(creditor, known["C-5"], 900_00, late=40)
    score_day(creditor=creditor, as_of=DAWN, learner=None)
    kept = read.reasons_of(read.scoring(creditor.pk).pk, [])
    assert kept == {}
    Reason.objects.all().delete()
    page = manager.get(reverse("receivables:account", args=[known["C-5"]])).content.decode()
    assert "Documento por documento (2)" in page
    items = read.items_of([known["C-5"]])[known["C-5"]]
    told = read.reasons_of(read.scoring(creditor.pk).pk, [i.due_item_id for i in items])
    assert all(told[i.due_item_id][0]["text"] in page for i in items)


def test_the_switch_of_what_is_learnt_goes_through_the_draft_of_the_policy(manager, creditor, known):
    page = text_of(manager, "learnt")
    assert "Sigue su orden y su hora" in page
    assert "Aún no se puede estimar" in page
    policy = policies.policies_of(creditor.pk)[0]
    answer = manager.post(reverse("segments:learn", args=[policy.pk]), {"canal": "on", "hora": "on"})
    assert answer.url == reverse("policies:preview", args=[policy.pk])
    draft, ruling = policies.versions_of(policy.pk)[:2]
    assert draft.active_from is None
    learning = policies.parse_text(draft.text).learning
    assert (learning.channel, learning.hour, learning.wording, learning.explore) == (True, True, False, 0.15)
    assert not policies.parse_text(ruling.text).learning.chooses
    assert policies.parse_text(draft.text).steps == policies.parse_text(ruling.text).steps


def test_who_may_not_change_policies_does_not_switch_learning_on(person, creditor, client, known):
    client.force_login(person("lectora", "read_only", creditor))
    policy = policies.policies_of(creditor.pk)[0]
    assert client.post(reverse("segments:learn", args=[policy.pk]), {"canal": "on"}).status_code == 403
    assert len(policies.versions_of(policy.pk)) == 1


def test_the_command_says_why_there_is_no_estimate_yet(creditor, known, capsys):
    assert cli.run(["choices", "--creditor", "norte"]) == 0
    assert "No hay decisiones con su azar anotado" in capsys.readouterr().out


def test_the_report_of_experiments_tells_those_that_there_are(manager, creditor, known):
    data = {"name": "¿Sirve avisar?", "kind": "hold_out", "control_pct": 50, "days": 30, "change_points": 5}
    manager.post(reverse("segments:new_experiment"), {**data, "empezar": "1"})
    one = build_forecast.experiments(creditor, DAWN.date(), DAWN.date())
    assert one.sentences == ("Hay un experimento.",)
    row = one.tables[0].as_json("norte")["rows"][0]
    assert (row["name"], row["kind"]) == ("¿Sirve avisar?", "Avisar o no avisar")
    assert row["verdict"] == "Todavía no se ha mirado: se mira cada noche."


def test_capacity_by_readiness_counts_everybody_once_and_says_where_most_are(manager, creditor, known):
    for n, account in enumerate(known.values()):
        AccountScore.objects.filter(account=account).update(
            capacidad="limitada" if n < 3 else "normal", disposicion="baja" if n < 1 else "alta"
        )
    page = manager.get(reverse("segments:segments"))
    grid = page.context["grid"]
    assert grid.columns == ("baja", "media", "alta")
    found = {(row, name): cell.accounts for row, cells in grid.rows for name, cell in zip(grid.columns, cells)}
    assert {key: n for key, n in found.items() if n} == {
        ("limitada", "baja"): 1, ("limitada", "alta"): 2, ("normal", "alta"): 9,
    }  # fmt: skip
    assert [row for row, _ in grid.rows] == ["limitada", "exigida", "normal"]
    assert "Donde hay más: capacidad normal y disposición alta, 9 clientes." in page.content.decode()


def test_what_each_policy_leaves_alone_is_told_with_its_reason_and_its_days(manager, creditor, known):
    from puntual.apps.policies import presets
    from puntual.apps.policies import write as policies

    later = presets.text_for("MX").replace("Cobranza amable (México)", "Solo al final")
    for step in ("aviso-previo", "vence-hoy", "primer-aviso", "segundo-aviso", "propuesta"):
        later = editing.without_step(later, step)
    quiet = policies.save_version(creditor_id=creditor.pk, text=later).policy
    kind = Policy.objects.get(creditor=creditor, default=True)
    page = manager.get(reverse("segments:compare"), {"a": kind.pk, "b": quiet.pk, "dias": 30, "ya": "1"})
    rows = {label: pair for label, *pair in page.context["found"]["rows"]}
    contacts, waiting = rows["Contactos"], rows["Días sin contacto: Todavía no toca ningún paso de la política."]
    assert contacts[1] < contacts[0]
    assert waiting[1] > waiting[0], "who is not reached by a step is a row of its own, with its reason"
    days = [sum(pair[i] for label, pair in rows.items() if label.startswith("Días sin contacto")) for i in (0, 1)]
    assert days[0] + contacts[0] == days[1] + contacts[1], (
        "each account of each day is either contacted or told why not"
    )
    assert page.context["days"] == "30"
    assert '<option value="30" selected>' in page.content.decode()


def test_before_choosing_the_comparison_says_what_it_will_show(manager, creditor, known):
    from puntual.apps.policies import presets
    from puntual.apps.policies import write as policies

    text = presets.text_for("MX").replace("Cobranza amable (México)", "Otra")
    policies.save_version(creditor_id=creditor.pk, text=text)
    assert "Elija con cuál compararla" in text_of(manager, "compare")
