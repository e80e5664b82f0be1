"""What may and may not be written to somebody who owes: words in three languages, traps included."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from puntual.core.compliance.content import Finding, lint
from puntual.core.errors import UnusableInput
from puntual.law.content_loader import load_content

RULES = load_content()

#: Says everything that any country asks for, so that a sentence added to it shows only its own findings.
KIND = """asunto: Un mensaje de {{ acreedor.nombre }}
---
Estimada {{ persona.nombre }}:

Le escribimos de {{ acreedor.nombre }} por sus documentos:
{% for documento in documentos %}
- {{ documento.numero }} del {{ documento.fecha }}, venció el {{ documento.vence }}, {{ documento.saldo }}
{% endfor %}
Capital {{ saldo.capital }}, intereses {{ saldo.interes }}, gastos {{ saldo.gastos }}, total {{ total }}.

[[AQUI]]

Puede pagar aquí: {{ enlace.pagar }}. Si ya pagó, díganos: {{ enlace.ya_pague }}.
Si no está de acuerdo: {{ enlace.desacuerdo }}.
Si no es usted {{ persona.nombre }}: {{ enlace.no_soy }}. Para no recibir más mensajes: {{ enlace.baja }}.
Puede acudir a {{ oficina_quejas }}. Este mensaje no es un aviso judicial ni busca ejecutar sus bienes.
"""


def found(
    text: str, country: str = "CO", stage: str = "administrative", channel: str = "email", **more: object
) -> list[Finding]:
    return lint(text, country=country, stage=stage, channel=channel, rules=RULES, **more)  # type: ignore[arg-type]


def topics(sentence: str, country: str = "CO", **more: object) -> set[str]:
    findings = found(KIND.replace("[[AQUI]]", sentence), country, **more)  # type: ignore[arg-type]
    return {finding.rule.partition("-")[2] for finding in findings}


CASES = yaml.safe_load((Path(__file__).parent / "content_cases.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("topic", "sentence"), [(topic, one) for topic, many in CASES["forbidden"].items() for one in many]
)
def test_what_a_message_must_not_say(topic: str, sentence: str) -> None:
    assert topic in topics(sentence)


@pytest.mark.parametrize("sentence", CASES["accepted"])
def test_what_a_kind_message_may_say(sentence: str) -> None:
    assert topics(sentence) == set()


@pytest.mark.parametrize("country", sorted(RULES.countries))
def test_a_complete_kind_message_passes_in_every_stage_and_channel(country: str) -> None:
    text = KIND.replace("[[AQUI]]", "")
    for stage in ("preventive", "administrative", "extrajudicial", "judicial"):
        for channel in ("email", "letter", "whatsapp", "sms", "call"):
            assert found(text, country, stage, channel) == []


class TestTheJudicialStage:
    WORDS = "Se presentó una demanda ante el juzgado."

    def test_judicial_words_need_the_stage_and_the_lawyer(self) -> None:
        assert topics(self.WORDS, stage="judicial") == {"JUDICIAL-LOOK"}
        assert topics(self.WORDS, stage="extrajudicial", lawyer_approved=True) == {"JUDICIAL-LOOK"}
        assert topics(self.WORDS, stage="judicial", lawyer_approved=True) == set()

    def test_a_threat_stays_a_threat_with_any_lawyer(self) -> None:
        assert topics("Irá a la cárcel.", stage="judicial", lawyer_approved=True) == {"THREAT"}


class TestWhatCountriesDiffer:
    def test_only_colombia_forbids_asking_the_cause(self) -> None:
        asked = "¿Por qué no ha pagado?"
        assert [topics(asked, country) for country in ("CO", "MX", "CL")] == [{"NO-REASON"}, set(), set()]

    def test_only_colombia_forbids_selling_in_a_collection_message(self) -> None:
        assert [topics("Solicite un nuevo crédito con nosotros.", c) for c in ("CO", "MX")] == [
            {"CROSS-SELLING"},
            set(),
        ]

    def test_only_chile_asks_to_say_that_it_is_no_judicial_procedure(self) -> None:
        silent = KIND.replace("[[AQUI]]", "").replace(
            "Este mensaje no es un aviso judicial ni busca ejecutar sus bienes.", ""
        )
        assert [one.rule for one in found(silent, "CL")] == ["CL-NOT-JUDICIAL"]
        assert found(silent, "CL", "preventive") == []
        assert found(silent, "MX") == []

    def test_each_country_cites_its_own_law(self) -> None:
        text = KIND.replace("[[AQUI]]", "Avisaremos a su familia.")
        cites = {country: found(text, country)[0].cite for country in ("MX", "PE", "EC", "GB")}
        assert cites == {
            "MX": "Reglas CONDUSEF (DOF 7-oct-2014): ni terceros ni referencias",
            "PE": "Ley 29571 art. 62: no comunicar el incumplimiento a terceros",
            "EC": "LO Defensa del Consumidor art. 49: solo deudor, codeudor o garante",
            "GB": "CONC 7.9: third parties must not learn of the debt",
        }


class TestWhatIsMissing:
    WHOLE = KIND.replace("[[AQUI]]", "")

    @pytest.mark.parametrize(
        ("without", "rule"),
        [
            ("{{ oficina_quejas }}", "MX-COMPLAINT-OFFICE"),
            ("Para no recibir más mensajes: {{ enlace.baja }}.", "MX-OPT-OUT"),
            ("Puede pagar aquí: {{ enlace.pagar }}. ", "MX-WAY-TO-PAY"),
            ("gastos {{ saldo.gastos }}, ", "MX-AMOUNTS"),
            ("intereses {{ saldo.interes }}, ", "MX-AMOUNTS"), ("Capital {{ saldo.capital }}, ", "MX-AMOUNTS"),
            (", total {{ total }}", "MX-AMOUNTS"),
        ],
    )  # fmt: skip
    def test_one_thing_taken_away_is_one_finding(self, without: str, rule: str) -> None:
        assert without in self.WHOLE
        assert [one.rule for one in found(self.WHOLE.replace(without, ""), "MX")] == [rule]

    def test_nothing_but_a_demand_misses_everything(self) -> None:
        rules = {one.rule for one in found("Estimado cliente, tiene un saldo de $500.", "MX")}
        assert rules == {
            "MX-CREDITOR", "MX-AMOUNTS", "MX-WAY-TO-PAY", "MX-OPT-OUT", "MX-COMPLAINT-OFFICE", "MX-ORIGIN",
        }  # fmt: skip

    def test_a_text_message_needs_who_how_to_pay_and_how_to_stop(self) -> None:
        text = (
            "{{ acreedor.nombre }}: le recordamos su factura. Pague en {{ enlace.pagar }}. "
            "Responda BAJA para no recibir más."
        )
        assert found(text, "MX", "preventive", "sms") == []
        assert [one.rule for one in found(text.partition(" Responda")[0], "MX", "preventive", "sms")] == ["MX-OPT-OUT"]

    def test_the_phone_of_the_creditor_does_not_name_it(self) -> None:
        text = "Hola. Su factura vence pronto. {{ acreedor.telefono }}. Pague en {{ enlace.pagar }}. {{ enlace.baja }}"
        assert [one.rule for one in found(text, "PE", "preventive", "sms")] == ["PE-CREDITOR"]

    def test_a_written_name_and_office_count_as_much_as_placeholders(self) -> None:
        text = self.WHOLE.replace("{{ acreedor.nombre }}", "Comercial Andina, S.A. de C.V.").replace(
            "{{ oficina_quejas }}", "PROFECO"
        )
        assert found(text, "MX") == []

    def test_the_office_of_another_country_does_not_count(self) -> None:
        text = self.WHOLE.replace("{{ oficina_quejas }}", "SERNAC")
        assert [one.rule for one in found(text, "MX")] == ["MX-COMPLAINT-OFFICE"]

    def test_what_stands_in_a_comment_is_not_said(self) -> None:
        text = self.WHOLE.replace("{{ oficina_quejas }}", "{% comment %}PROFECO{% endcomment %}")
        assert [one.rule for one in found(text, "MX")] == ["MX-COMPLAINT-OFFICE"]

    def test_portuguese_and_english_messages_pass_with_their_own_words(self) -> None:
        portuguese = (
            "assunto: Uma mensagem de {{ acreedor.nombre }}\n---\nOlá {{ persona }}, somos da {{ acreedor.nombre }}. "
            "Sua fatura {{ documento.numero }}: principal {{ a }}, juros {{ b }}, multa {{ c }}, total {{ total }}. "
            "Você pode pagar por Pix: {{ pix }}. Reclamações: Procon. Se não quiser receber, {{ enlace.baja }}."
        )
        english = (
            "subject: A message from {{ creditor.name }}\n---\nDear {{ person }}, we write from {{ creditor.name }} "
            "about invoice 17: principal {{ a }}, interest {{ b }}, fees {{ c }}, total {{ total }}. "
            "You can pay here: {{ pay.link }}. To unsubscribe, use {{ unsubscribe }}."
        )
        assert (found(portuguese, "BR"), found(english, "GB"), found(english, "US")) == ([], [], [])


class TestSubjects:
    @pytest.mark.parametrize(
        "subject",
        [
            "Su deuda con {{ acreedor.nombre }}", "Debe {{ total }}", "Saldo vencido", "Factura por $1,200.00",
            "Aviso de cobranza", "Pago pendiente", "{{ saldo.capital }} por pagar", "15 días de atraso", "Sua dívida",
            "Your overdue invoice",
            "Factura vencida", "1200 pesos",
        ],
    )  # fmt: skip
    def test_the_subject_shows_no_debt(self, subject: str) -> None:
        text = KIND.replace("[[AQUI]]", "").replace("Un mensaje de {{ acreedor.nombre }}", subject)
        assert [(one.rule, one.line) for one in found(text, "MX")][0] == ("MX-SUBJECT-DATA", 1)

    @pytest.mark.parametrize(
        "subject",
        ["Un mensaje de {{ acreedor.nombre }}", "Recordatorio de {{ acreedor.nombre }}", "{{ persona.nombre }}, hola",
         "Su factura de marzo está lista", "Recordatorio amable", "Uma mensagem para você", "A message from us"],
    )  # fmt: skip
    def test_a_discreet_subject_passes(self, subject: str) -> None:
        text = KIND.replace("[[AQUI]]", "").replace("Un mensaje de {{ acreedor.nombre }}", subject)
        assert found(text, "MX") == []

    def test_the_preview_is_read_as_the_subject_is(self) -> None:
        text = KIND.replace("[[AQUI]]", "").replace("---\n", "vista_previa: Su adeudo es {{ total }}\n---\n", 1)
        assert {(one.rule, one.line) for one in found(text, "MX")} == {("MX-SUBJECT-DATA", 2)}

    def test_threats_and_capitals_are_found_in_the_subject_too(self) -> None:
        text = KIND.replace("[[AQUI]]", "").replace("Un mensaje de {{ acreedor.nombre }}", "AVISO JUDICIAL")
        assert {one.rule for one in found(text, "MX") if one.line == 1} >= {"MX-JUDICIAL-LOOK", "MX-CAPITALS"}


class TestFindings:
    def test_a_finding_names_rule_law_line_words_and_what_to_write(self) -> None:
        only = found(KIND.replace("[[AQUI]]", "Iniciaremos acciones\nlegales contra usted."), "MX")
        assert [one.as_json() for one in only] == [
            {
                "rule": "MX-JUDICIAL-LOOK",
                "cite": "Reglas CONDUSEF (DOF 7-oct-2014); CPF art. 284 Bis",
                "line": 11,
                "text": "acciones legales",
                "suggestion": "Quite toda palabra de tribunales o abogados: diga qué se debe, cómo pagar y con quién "
                "hablar.",
            }
        ]

    def test_the_words_are_shown_as_they_were_written(self) -> None:
        assert found(KIND.replace("[[AQUI]]", "Última oportunidad."), "MX")[0].text == "Última oportunidad"

    @pytest.mark.parametrize(
        ("given", "says"),
        [({"country": "ZZ"}, "«ZZ»"), ({"stage": "tardia"}, "no es una etapa"), ({"channel": "fax"}, "no es un canal"),
         ({"language": "fr"}, "idioma «fr»"), ({"text": " \n"}, "está vacía"),
         ({"text": "asunto: hola\n---\n"}, "está vacía")],
    )  # fmt: skip
    def test_what_cannot_be_read_is_answered_with_a_sentence(self, given: dict[str, str], says: str) -> None:
        usable = {"text": "Hola", "country": "MX", "stage": "preventive", "channel": "email"}
        with pytest.raises(UnusableInput, match=says):
            lint(**{**usable, **given}, rules=RULES)  # type: ignore[arg-type]

    def test_every_topic_has_patterns_a_citation_and_a_suggestion(self) -> None:
        for topic in RULES.topics:
            assert topic.cite and topic.suggestion
            assert topic.name == "capitals" or topic.patterns["es"]
