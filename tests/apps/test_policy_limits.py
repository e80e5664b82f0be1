"""What a policy lets people arrange, changed by forms: every value, its bounds, and a text that stays as it was."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from puntual.apps.parties import write as parties
from puntual.apps.policies import editing, presets, read
from puntual.apps.policies import write as policies

pytestmark = pytest.mark.django_db
REMARKS = """# La de los clientes de siempre.
politica: Cobranza amable   # como la llaman todos
pais: MX
canales: [email]

# Lo que aprobó la abogada en marzo:
negociacion:  # acta 14
  promesa: {dias_maximos: 20}
  autoridad:
    # nunca más de seis sin hablar
    cliente: {cuotas: 6}  # pedido por Ventas
pasos:
  # Antes de vencer, con cariño.
  - {id: previo, dia: -3, plantilla: recordatorio_previo}
  # El primero después.
  - id: primero   # escrito en varios renglones
    dia: 5
    plantilla: recordatorio
  - {id: decidir, dia: 91, tarea: Decidir}
# fin
"""


@pytest.fixture
def policy():
    creditor = parties.create_creditor(
        code="norte", name="Ferretera del Norte", country="MX", zone="America/Mexico_City", currency="MXN"
    )  # fmt: skip
    version = policies.save_version(creditor_id=creditor.pk, text=REMARKS)
    policies.activate(version=version, at=datetime.now(UTC) - timedelta(days=9))
    return version.policy


@pytest.fixture
def boss(client, django_user_model):
    client.force_login(django_user_model.objects.create_superuser("lucia"))
    return client


def form_of(boss, policy, name: str) -> dict[str, object]:
    """What the screen shows, as a browser would send it back."""
    form = boss.get(reverse(f"policies:{name}", args=[policy.pk])).context["form"]
    return {field.name: "" if field.value() is None else field.value() for field in form}


def draft(policy) -> str:
    """The text that waits, empty when there is none: a draft that says what already rules is none."""
    found = policy.versions.filter(active_from=None).first()
    return found.text if found else ""


def as_it_was(policy) -> bool:
    return draft(policy) == "" and policy.versions.get().text == REMARKS


class TestLimits:
    def test_saved_untouched_the_text_is_letter_by_letter_the_same(self, boss, policy) -> None:
        for name in ("negotiation", "cash"):
            boss.post(reverse(f"policies:{name}", args=[policy.pk]), form_of(boss, policy, name))
            assert as_it_was(policy)

    def test_each_value_is_changed_by_its_field_and_remarks_stay(self, boss, policy) -> None:
        given = form_of(boss, policy, "negotiation") | {
            "promesa_dias_maximos": "25", "promesa_tolerancia_pct": "2.5", "convenio_cuotas_falladas": "3",
            "quita_piso_pct": "70", "autoridad_cliente_cuotas": "5", "autoridad_gerente_dias": "900",
            "refund_alone": "1,500.50",
        }  # fmt: skip
        boss.post(reverse("policies:negotiation", args=[policy.pk]), given)
        rules = read.parse_text(draft(policy)).negotiation
        assert (rules.promise.max_days_ahead, rules.promise.tolerance_pct) == (25, Decimal("2.5"))
        assert (rules.agreement.max_missed, rules.settlement.floor_pct) == (3, Decimal(70))
        assert (rules.limit_of("portal").max_instalments, rules.limit_of("manager").max_days) == (5, 900)
        assert rules.refund_alone_minor == {"MXN": 150050}
        expected = REMARKS.replace("{dias_maximos: 20}", "{dias_maximos: 25, tolerancia_pct: 2.5}").replace(
            "    cliente: {cuotas: 6}  # pedido por Ventas\n",
            "    cliente: {cuotas: 5}  # pedido por Ventas\n    gerente: {dias: 900}\n"
            "  convenio: {cuotas_falladas: 3}\n  quita: {piso_pct: 70}\n  devolucion_sin_otro: {MXN: 1500.5}\n",
        )
        assert draft(policy) == expected

    def test_each_field_of_the_screen_reaches_the_value_that_the_rules_read(self, boss, policy) -> None:
        from puntual.apps.policies import limits

        base = form_of(boss, policy, "negotiation")
        for spot in limits.NEGOTIATION:
            other = spot.high if base[spot.name] != spot.high else spot.low
            rules = read.parse_text(
                editing.with_rules(REMARKS, {"negociacion": limits.section(
                    limits.NEGOTIATION, base | {spot.name: other}, editing.document(REMARKS)["negociacion"],
                    limits.NegotiationRules(),
                )})
            ).negotiation  # fmt: skip
            assert spot.read(rules) == other, spot.name

    @pytest.mark.parametrize(
        ("field", "value", "says"),
        [
            ("promesa_dias_maximos", "121", "120"),
            ("quita_piso_pct", "101", "100"),
            ("autoridad_cliente_cuotas", "0", "1"),
            ("autoridad_gestor_cuotas", "2", "no puede otorgar menos"),
            ("convenio_tasa_pct", "mucho", "número"),
            ("refund_alone", "mil", "Escriba el importe con números"),
        ],
    )
    def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_kept(
        self, boss, policy, field, value, says
    ) -> None:
        given = form_of(boss, policy, "negotiation") | {field: value}
        page = boss.post(reverse("policies:negotiation", args=[policy.pk]), given)
        assert any(says in error for error in page.context["form"].errors[field])
        assert "No se guardó nada" in page.content.decode() and draft(policy) == ""

    def test_a_change_is_undone(self, boss, policy) -> None:
        given = form_of(boss, policy, "negotiation") | {"promesa_dias_maximos": "25"}
        boss.post(reverse("policies:negotiation", args=[policy.pk]), given)
        boss.post(reverse("policies:undo", args=[policy.pk]))
        assert as_it_was(policy)


class TestCash:
    def test_deposits_wait_for_a_person_and_withholdings_are_known(self, boss, policy) -> None:
        given = form_of(boss, policy, "cash") | {
            "automatico_desde": "101", "forgiven": "1", "withholdings": "ISR 10\n IVA retenido 10,6667 %",
        }  # fmt: skip
        boss.post(reverse("policies:cash", args=[policy.pk]), given)
        cash = read.parse_text(draft(policy)).cash
        assert (cash.automatic_from, cash.short_minor) == (101, {"MXN": 100})
        assert [(w.kind, w.pct) for w in cash.withholdings] == [
            ("ISR", Decimal(10)),
            ("IVA retenido", Decimal("10.6667")),
        ]

    def test_a_line_without_percentage_is_said(self, boss, policy) -> None:
        given = form_of(boss, policy, "cash") | {"withholdings": "ISR"}
        page = boss.post(reverse("policies:cash", args=[policy.pk]), given)
        assert "«ISR» no se entiende" in page.content.decode() and draft(policy) == ""


class TestIncentives:
    NEW = {
        "kind": "pronto_pago",
        "pct": "2.5",
        "days": "5",
        "segments": "tiendas, obra",
        "from_day": "-5",
        "to_day": "0",
    }

    def test_one_is_added_changed_and_taken_out(self, boss, policy) -> None:
        boss.post(reverse("policies:incentive_new", args=[policy.pk]), self.NEW)
        row = {"tipo": "pronto_pago", "pct": 2.5, "dias": 5, "segmentos": ["tiendas", "obra"], "desde_dia": -5,
               "hasta_dia": 0}  # fmt: skip
        assert read.parse_text(draft(policy)).incentives == (row,)
        assert "Descuento por pagar pronto" in boss.get(reverse("policies:policy", args=[policy.pk])).content.decode()
        boss.post(reverse("policies:incentive", args=[policy.pk, 1]), self.NEW | {"kind": "quita", "floor": "60"})
        assert read.parse_text(draft(policy)).incentives[0] == row | {"tipo": "quita", "piso_pct": 60}
        boss.post(reverse("policies:incentive_remove", args=[policy.pk, 1]))
        assert as_it_was(policy)

    def test_days_the_wrong_way_round_and_one_that_is_not_there(self, boss, policy) -> None:
        page = boss.post(reverse("policies:incentive_new", args=[policy.pk]), self.NEW | {"from_day": "9"})
        assert "Debe ser igual o posterior" in page.content.decode() and draft(policy) == ""
        assert boss.get(reverse("policies:incentive", args=[policy.pk, 4])).status_code == 404


class TestStepsAndStages:
    def test_a_step_only_for_who_is_likely_to_be_late(self, boss, policy) -> None:
        given = {"moment": "before", "days": 8, "template": "oferta_previa", "tone": "cordial", "late": "72.5",
                 "products": "cemento", "max_days": "0"}  # fmt: skip
        boss.post(reverse("policies:step_new", args=[policy.pk]), given)
        step = read.parse_text(draft(policy)).steps[0]
        assert (step.condition.min_late, step.condition.products, step.condition.max_days) == (0.725, ("cemento",), 0)
        form = boss.get(reverse("policies:step", args=[policy.pk, step.id])).context["form"]
        assert (form["late"].value(), form["max_days"].value()) == (72.5, 0)

    def test_the_line_of_time_keeps_remarks_through_every_edit(self, boss, policy) -> None:
        given = {"moment": "after", "days": 20, "template": "recordatorio", "tone": "neutro"}
        boss.post(reverse("policies:step_new", args=[policy.pk]), given)
        new = "  - {id: dia+20, dia: 20, plantilla: recordatorio, tono: neutro}\n"
        assert draft(policy) == REMARKS.replace("  - {id: decidir", new + "  - {id: decidir")
        boss.post(reverse("policies:step_remove", args=[policy.pk, "dia+20"]))
        assert as_it_was(policy)

    def test_stages_end_where_the_form_says(self, boss, policy) -> None:
        given = form_of(boss, policy, "rules") | {"hour": "10:00", "administrative": "45"}
        boss.post(reverse("policies:rules", args=[policy.pk]), given)
        bounds = read.parse_text(draft(policy)).bounds
        assert (bounds.preventive, bounds.administrative, bounds.extrajudicial) == (0, 45, 90)
        page = boss.post(reverse("policies:rules", args=[policy.pk]), given | {"administrative": "95"})
        assert "cada etapa debe terminar después de la anterior" in page.content.decode().lower()


def test_a_text_with_anchors_is_written_whole_and_means_the_same() -> None:
    text = REMARKS.replace("{dias_maximos: 20}", "&p {dias_maximos: 20}").replace("# fin\n", "conciliacion: {}\n")
    made = editing.with_rules(text, {"dias_de_credito": 15})
    assert editing.document(made) == {k: v for k, v in editing.document(text).items() if v} | {"dias_de_credito": 15}


@pytest.mark.parametrize("country", presets.countries())
def test_every_preset_keeps_its_remarks(country) -> None:
    text = presets.text_for(country)
    made = editing.with_rules(text, {"negociacion": {"promesa": {"dias_maximos": 9}}})
    lines = made.splitlines()
    at = lines.index("negociacion:")
    assert lines[at + 1] == "  promesa: {dias_maximos: 9}" and [*lines[:at], *lines[at + 2 :]] == text.splitlines()


class TestLearning:
    def test_what_is_learnt_and_how_much_is_left_to_chance_are_written_and_taken_back(self, boss, policy) -> None:
        url = reverse("policies:learning", args=[policy.pk])
        boss.post(url, form_of(boss, policy, "learning") | {"canal": "", "hora": "", "texto": ""})
        assert as_it_was(policy)
        boss.post(url, {"canal": "on", "hora": "on", "explorar": "25"})
        found = read.parse_text(draft(policy)).learning
        assert (found.channel, found.hour, found.wording, found.explore) == (True, True, False, 0.25)
        assert draft(policy).replace("aprender: {canal: true, hora: true, explorar: 25}\n", "") == REMARKS
        boss.post(url, {"explorar": "25"})
        assert not read.parse_text(draft(policy) or REMARKS).learning.chooses

    def test_too_little_or_too_much_chance_is_refused_and_nothing_is_written(self, boss, policy) -> None:
        for chance in ("4", "51", "", "doce"):
            page = boss.post(reverse("policies:learning", args=[policy.pk]), {"canal": "on", "explorar": chance})
            assert page.status_code == 200
            assert page.context["form"].errors.keys() == {"explorar"}
        assert as_it_was(policy)

    def test_the_switch_on_canal_y_hora_keeps_the_chance_that_the_policy_wrote(self, boss, policy) -> None:
        boss.post(reverse("policies:learning", args=[policy.pk]), {"canal": "on", "explorar": "30"})
        boss.post(reverse("segments:learn", args=[policy.pk]), {"hora": "on"})
        found = read.parse_text(draft(policy)).learning
        assert (found.channel, found.hour, found.explore) == (False, True, 0.30)
