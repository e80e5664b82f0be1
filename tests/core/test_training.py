"""The practice of hard conversations: kindness opens doors, threats close them, and the score can be explained."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

import puntual.apps.training
from puntual.core.errors import UnusableInput
from puntual.core.training import Exchange, answer, hear, read_case, score, start
from puntual.core.training.person import NEEDS

CASES = {
    case.code: case
    for case in (
        read_case(yaml.safe_load(p.read_text(encoding="utf-8")))
        for p in sorted((Path(puntual.apps.training.__file__).parent / "casos").glob("*.yaml"))
    )
}
#: The kind way through each case: what a good agent says.
KIND = {
    "olvido": [
        "Buenas tardes, le saluda Gloria, de Aurora. ¿Hablo con Marta?",
        "Gracias, Marta. Le llamo por una factura de $1,200 que venció el 10 de noviembre. ¿Alcanzó a verla?",
        "No se preocupe, le pasa a cualquiera. ¿Qué día le queda bien?",
        "Entonces quedamos el viernes por $1,200. Gracias, que tenga buen día.",
        "Hasta luego, que tenga buen día.",
    ],
    "sin_trabajo": [
        "Buenos días, le habla Gloria, de Aurora. ¿Hablo con Julián?",
        "Gracias por atender. Le llamo por su saldo de $3,400. ¿Cómo podemos ayudarle?",
        "Lo entiendo, gracias por decirlo. Debe ser difícil.",
        "¿Le ayudaría repartirlo en 4 pagos, uno cada quincena?",
        "Entonces queda en 4 pagos; se lo envío por escrito. Gracias.",
        "Que tenga buen día.",
    ],
    "ya_pago": [
        "Buenas tardes, le saluda Gloria, de Aurora. ¿Hablo con Rosario?",
        "Disculpe la molestia, gracias por contestar. ¿Qué pasó con el pago de $800?",
        "Lamento la confusión. ¿Me comparte su comprobante para verificarlo?",
        "Entonces queda en pausa mientras lo revisamos. Gracias.",
        "Gracias, que tenga buena tarde.",
    ],
    "no_reconoce": [
        "Buenas tardes, le saluda Gloria, de Aurora. ¿Hablo con don Ernesto?",
        "Gracias. Le llamo por la factura de $9,000. ¿Qué ha pasado con ella?",
        "Lamento que nadie le contestara. Lo entiendo.",
        "Abro una aclaración ahora mismo y le contestan en cinco días.",
        "Confirmo: queda en aclaración y lo que llegó son $5,400. Gracias.",
        "Que tenga buen día.",
    ],
    "otra_persona": [
        "Buenas tardes, le saluda Gloria. ¿Hablo con el señor Pérez?",
        "Disculpe la molestia, gracias por decirme.",
        "Lamento lo que ha pasado. Quito este número y no le volvemos a llamar.",
        "Confirmo que queda eliminado. Gracias, que tenga buen día.",
        "Que tenga buen día.",
    ],
    "abogado": [
        "Buenas tardes, le saluda Gloria, de Aurora. ¿Hablo con la dueña del taller?",
        "Gracias por atender. ¿Cómo prefiere que lo tratemos?",
        "Entiendo. ¿Me comparte los datos de su abogado? Hablaremos con él.",
        "Entonces queda así: lo tratamos con él. Gracias.",
        "Que tenga buen día.",
    ],
    "duelo": [
        "Buenas tardes, le saluda Gloria, de Aurora. ¿Hablo con don Luis?",
        "Lo siento mucho, mi más sentido pésame.",
        "Lo lamento. No se preocupe por nada ahora; lo verá una persona especializada cuando usted quiera.",
        "Entonces queda detenido todo. Gracias, y de nuevo lo siento.",
        "Que esté bien.",
    ],
    "furioso": [
        "Buenas tardes, le saluda Gloria, de Aurora. ¿Hablo con don Raúl?",
        "Disculpe la molestia, lo entiendo perfectamente.",
        "Lo entiendo, perdón. ¿A qué hora le conviene que le llame por la factura de $700?",
        "Entonces queda a las cinco. Gracias.",
        "Que tenga buen día.",
    ],
}


def play(code, lines):
    """The conversation with the person of a case, and what came of it."""
    case = CASES[code]
    mood, _ = start(case)
    turns, said = [], []
    for line in lines:
        heard = hear(line)
        after, reply = answer(case, mood, heard)
        turns.append(Exchange(heard, (), mood, after))
        said.append(reply.kind)
        mood = after
    return case, turns, said, mood


@pytest.mark.parametrize("code", CASES)
def test_the_kind_way_reaches_an_agreement_and_passes(code):
    case, turns, said, mood = play(code, KIND[code])
    assert mood.over == "agreed", (said, mood)
    done = score(case, turns, discount_max_pct=5, payments_max=6)
    assert done.passed, done
    assert done.critical == ()
    assert done.total >= 85


@pytest.mark.parametrize("code", CASES)
def test_threats_end_the_call_and_never_pass(code):
    rude = [
        "Buenas, le hablo de Aurora. ¿Hablo con usted?",
        "Tiene que pagar hoy mismo o lo vamos a demandar y embargar.",
        "No me importa, es su problema, moroso.",
        "Le vamos a embargar la casa.",
    ]
    case, turns, _said, mood = play(code, rude)
    assert mood.over == "hung_up"
    done = score(case, turns)
    assert not done.passed
    assert done.by_dimension["law"] == 0
    assert "Turno 2: una amenaza." in done.critical


def test_the_debt_is_not_told_before_knowing_who_listens():
    case, turns, said, _ = play("olvido", ["Le llamo de Aurora por su adeudo de $1,200."])
    assert said == ["quien_habla"]
    assert score(case, turns).critical == ("Turno 1: se habló de la deuda sin saber quién escuchaba.",)


def test_with_another_person_the_debt_is_never_named():
    lines = [*KIND["otra_persona"][:2], "Dígale que tiene una deuda de $3,000."]
    case, turns, _said, _mood = play("otra_persona", lines)
    assert any("con otra persona" in one for one in score(case, turns).critical)


def test_offering_beyond_the_authority_costs_points_and_says_how_much_may_be_granted():
    lines = [*KIND["sin_trabajo"][:3], "Le hago un descuento del 50% y lo repartimos en 24 pagos."]
    case, turns, _said, _mood = play("sin_trabajo", lines)
    whys = [m.why for m in score(case, turns, discount_max_pct=5, payments_max=6).marks if m.points < 0]
    assert whys == ["Ofreció 50 % y puede conceder 5 %.", "Ofreció 24 pagos y puede conceder 6."]


def test_what_the_norm_holds_against_a_phrase_lowers_the_law():
    case, turns, _, _ = play("olvido", KIND["olvido"])
    marked = [Exchange(t.heard, ("Sin mayúsculas: parecen gritos.",) if i == 1 else (), t.before, t.after)
              for i, t in enumerate(turns)]  # fmt: skip
    assert score(case, marked).by_dimension["law"] == 75


def test_a_threat_that_is_denied_is_no_threat():
    assert "threaten" not in hear("No lo vamos a demandar, quédese tranquilo.").acts
    assert "threaten" in hear("Si no paga, lo vamos a demandar.").acts


def test_the_same_conversation_always_goes_the_same_way():
    assert play("furioso", KIND["furioso"])[2] == play("furioso", KIND["furioso"])[2]


def test_a_conversation_that_is_over_answers_no_more():
    case, _turns, _said, mood = play("olvido", KIND["olvido"])
    after, reply = answer(case, mood, hear("¿Hola?"))
    assert (after, reply.text) == (mood, "")


def test_nothing_said_gives_no_points():
    assert score(CASES["olvido"], []).total == 0


def test_every_need_is_practised():
    assert {case.need for case in CASES.values()} == set(NEEDS)


def test_a_case_that_cannot_be_says_what_it_lacks():
    good = yaml.safe_load((Path(puntual.apps.training.__file__).parent / "casos" / "01_olvido.yaml").read_text())
    with pytest.raises(UnusableInput, match="no dice qué contesta en: cuelga"):
        read_case({**good, "frases": {k: v for k, v in good["frases"].items() if k != "cuelga"}})
    with pytest.raises(UnusableInput, match="necesita «dinero»"):
        read_case({**good, "necesita": "dinero"})
