"""Replies as people write them, and what we must read in them."""

from datetime import date, datetime

import pytest

from puntual.adapters.classifier_offline.choose_amount import choose_amount
from puntual.adapters.classifier_offline.choose_date import choose as choose_date
from puntual.adapters.classifier_offline.classifier import OfflineClassifier
from puntual.adapters.classifier_offline.classifier import read as look_at
from puntual.core.customers.understanding import Understanding
from puntual.core.errors import UnusableInput
from puntual.core.money import Money

WEDNESDAY = {
    "MX": "2026-03-11T10:00:00-06:00", "CO": "2026-03-11T10:00:00-05:00", "PE": "2026-03-11T10:00:00-05:00",
    "CL": "2026-03-11T10:00:00-03:00", "AR": "2026-03-11T10:00:00-03:00", "EC": "2026-03-11T10:00:00-05:00",
    "GT": "2026-03-11T10:00:00-06:00", "BR": "2026-03-11T10:00:00-03:00", "US": "2026-03-11T10:00:00-04:00",
}  # fmt: skip


@pytest.fixture(scope="module")
def classifier() -> OfflineClassifier:
    return OfflineClassifier()


@pytest.fixture
def read(classifier):
    def _read(text: str, country: str = "MX") -> Understanding:
        return classifier.classify(text, country, datetime.fromisoformat(WEDNESDAY[country]))

    return _read


@pytest.mark.parametrize(
    ("text", "intents"),
    [
        ("no me deje de avisar", ("otro",)),
        ("no soy de pagar tarde", ("otro",)),
        ("ya pagué pero la otra no la reconozco", ("pagado", "disputa")),
        ("le pago cuando me paguen", ("promesa",)),
        ("ok", ("otro",)),
        ("STOP", ("baja",)),
        ("BAJA", ("baja",)),
        ("SALIR", ("baja",)),
        ("no soy Juan Pérez", ("equivocado",)),
        ("por favor no llamen a mi trabajo", ("baja",)),
        ("ya pagué, dejen de escribirme", ("baja", "pagado")),
        ("no soy ese señor, borren mi número", ("baja", "equivocado")),
        ("el monto está equivocado", ("disputa",)),
        ("estoy sin trabajo, no puedo pagar", ("no_puede",)),
        ("¿a qué cuenta deposito?", ("info",)),
        ("son unos rateros sinvergüenzas", ("enojo",)),
        ("ay sí, qué amables, gracias por arruinarme el domingo", ("enojo",)),
        ("número errado", ("equivocado",)),
        ("I already paid this", ("pagado",)),
        ("não reconheço essa dívida", ("disputa",)),
        ("wrong number", ("equivocado",)),
    ],
)
def test_says_what_it_says_and_nothing_else(read, text, intents):
    assert read(text).intents == intents


@pytest.mark.parametrize(
    ("text", "country", "day"),
    [
        ("mañana deposito", "MX", date(2026, 3, 12)),
        ("pasado mañana le pago", "CO", date(2026, 3, 13)),
        ("el viernes le pago", "PE", date(2026, 3, 13)),
        ("el biernes t pago", "PE", date(2026, 3, 13)),
        ("el lunes que viene deposito", "AR", date(2026, 3, 16)),
        ("el jueves de la otra semana le transfiero", "CL", date(2026, 3, 19)),
        ("en la quincena le doy", "MX", date(2026, 3, 15)),
        ("a fin de mes le cancelo", "CO", date(2026, 3, 31)),
        ("el 15 le pago", "EC", date(2026, 3, 15)),
        ("el 10 le pago", "EC", date(2026, 4, 10)),
        ("en 3 días le transfiero", "MX", date(2026, 3, 14)),
        ("cuando me depositen el 30 le pago", "MX", date(2026, 3, 30)),
        ("el 10 del mes que viene pago", "CO", date(2026, 4, 10)),
        ("el 19/03 pago", "PE", date(2026, 3, 19)),
        ("pago el 5 de abril", "CL", date(2026, 4, 5)),
        ("mañana o pasado mañana le deposito", "MX", date(2026, 3, 13)),
        ("hoy no, mañana sí le pago", "MX", date(2026, 3, 12)),
        ("no llego al 15, ¿podría pagar el 30?", "PE", date(2026, 3, 30)),
        ("pagué el viernes", "MX", date(2026, 3, 6)),
        ("ayer deposité", "MX", date(2026, 3, 10)),
        ("vou pagar na segunda", "BR", date(2026, 3, 16)),
        ("I'll pay on Friday", "US", date(2026, 3, 13)),
        ("le pago cuando me paguen", "MX", None),
        ("la factura 4471 ya la pagué", "MX", None),
    ],
)
def test_days_are_told_from_the_day_on_which_the_person_wrote(read, text, country, day):
    assert read(text, country).date == day


def _day(text: str, country: str, *intents: str) -> date | None:
    """The day that the rules choose once it is known what the reply is about, whatever the weights say."""
    seen = look_at(text, country, datetime.fromisoformat(WEDNESDAY[country]))
    return choose_date(seen.normal.text, list(seen.dates), set(intents), seen.today)[0]


@pytest.mark.parametrize(
    ("text", "country", "day"),
    [
        ("hoy no me alcanza, pero el sábado le llevo su dinero", "MX", date(2026, 3, 14)),
        ("el jueves imposible, el lunes te deposito", "AR", date(2026, 3, 16)),
        ("me pagan el jueves y el viernes te transfiero", "CO", date(2026, 3, 13)),
        ("si vendo la cosecha el sábado te pago el domingo", "PE", date(2026, 3, 15)),
        ("no puedo ir hoy porque cuido a mi mamá, pero pasado mañana le llevo su dinero", "MX", date(2026, 3, 13)),
        ("el sábado saco de la venta y el domingo ya te pago", "AR", date(2026, 3, 15)),
        ("el primero le deposito la letra", "EC", date(2026, 4, 1)),
        ("no puedo hasta el lunes", "MX", date(2026, 3, 16)),
        ("si gana el equipo del jueves te pago el sábado", "CO", date(2026, 3, 14)),
        ("mañana trabajo doble turno, el viernes queda la cuota", "CL", date(2026, 3, 13)),
        ("el vier. paso por la tienda", "MX", date(2026, 3, 13)),
        ("el lune te busco pa pagarte", "PE", date(2026, 3, 16)),
        ("i'll send it this afternoon", "US", date(2026, 3, 11)),
        ("pago antes de terminar el mes", "CO", date(2026, 3, 31)),
        ("cobro el 20 y al otro día le abono", "EC", date(2026, 3, 21)),
        ("mañana o pasado te cae", "MX", date(2026, 3, 13)),
        ("los primeros días de abril le cancelo", "PE", date(2026, 4, 1)),
        ("primera semana de abril le cubro", "MX", date(2026, 4, 1)),
        ("a las 6 te yapeo", "PE", date(2026, 3, 11)),
        ("era el 5, el lunes lo pago", "MX", date(2026, 3, 16)),
        ("pago hasta el último peso que deba", "CL", None),
        ("en junio con la cosecha le pago", "PE", None),
        ("voy por los mates y le aviso cuando pague", "AR", None),
    ],
)
def test_a_promise_is_for_the_day_of_paying_not_for_others_it_mentions(text, country, day):
    assert _day(text, country, "promesa") == day


@pytest.mark.parametrize(
    ("text", "country", "day"),
    [
        ("lo pagué esta mañana en el banco", "MX", date(2026, 3, 11)),
        ("hace 20 min les transferí", "CL", date(2026, 3, 11)),
        ("acabo de hacer el depósito", "CO", date(2026, 3, 11)),
        ("mi hija fue al banco en la mañanita y quedó", "GT", date(2026, 3, 11)),
        ("antier te deposité", "MX", date(2026, 3, 9)),
        ("hace tres días abonamos", "EC", date(2026, 3, 8)),
        ("paid it last nite", "US", date(2026, 3, 10)),
        ("ontem fiz o pix", "BR", date(2026, 3, 10)),
        ("el lunes se lo entregué al cobrador", "PE", date(2026, 3, 9)),
        ("el domingo hubo feria, pagamos el lunes", "PE", date(2026, 3, 9)),
        ("lo cancelé hace dos meses", "AR", None),
        ("eso ya se pagó", "CO", None),
    ],
)
def test_a_payment_is_of_the_day_on_which_it_was_made(text, country, day):
    assert _day(text, country, "pagado") == day


def test_what_was_paid_and_what_will_be_paid_have_each_their_day():
    both = ("pagado", "promesa")
    assert _day("ayer te di una parte y el viernes lo demás", "MX", *both) == date(2026, 3, 13)
    assert _day("ayer te di una parte, lo demás la próxima semana", "MX", *both) == date(2026, 3, 10)


def test_a_question_about_opening_hours_names_no_day_of_payment():
    assert _day("¿a qué hora cierran el viernes para ir a pagar?", "PE", "info") is None
    assert _day("¿puedo ir el viernes a pagar?", "PE", "info") == date(2026, 3, 13)


@pytest.mark.parametrize(
    ("text", "country", "amount"),
    [
        ("mañana le paso 2 lucas", "CL", Money(2000, "CLP")),
        ("mañana le paso 2 lucas", "CO", Money(200_000, "COP")),
        ("te mando 2 lucas el viernes", "AR", Money(200_000, "ARS")),
        ("mañana te yapeo 20 lucas", "PE", Money(2000, "PEN")),
        ("le mando quinientos varos", "MX", Money(50_000, "MXN")),
        ("le deposito mil pesos mañana", "MX", Money(100_000, "MXN")),
        ("te deposito 200 soles", "PE", Money(20_000, "PEN")),
        ("le pago 50 palos el lunes", "AR", Money(5_000_000_000, "ARS")),
        ("le transfiero 1.234,56 mañana", "CO", Money(123_456, "COP")),
        ("le transfiero 1,234.56 mañana", "MX", Money(123_456, "MXN")),
        ("le deposito q 500 el viernes", "GT", Money(50_000, "GTQ")),
        ("luca y media mañana te paso", "CL", Money(1500, "CLP")),
        ("te doy medio palo el viernes", "AR", Money(50_000_000, "ARS")),
        ("puedo pagar un millón doscientos mil", "CO", Money(120_000_000, "COP")),
        ("abono 80k el lunes", "CO", Money(8_000_000, "COP")),
        ("pago 2 mil 500 el 30", "MX", Money(250_000, "MXN")),
        ("mando duzentos reais amanhã", "BR", Money(20_000, "BRL")),
        ("le doy la mitad mañana", "PE", None),
        ("pago US$ 100 el viernes", "CO", None),
        ("pago la factura 8831 el viernes", "MX", None),
        ("le pago en 3 pagos", "MX", None),
    ],
)
def test_amounts_are_in_the_money_of_the_country(read, text, country, amount):
    assert read(text, country).amount == amount


def _amount(text: str, country: str, *intents: str) -> Money | None:
    """The amount that the rules choose once it is known what the reply is about, whatever the weights say."""
    seen = look_at(text, country, datetime.fromisoformat(WEDNESDAY[country]))
    return choose_amount(seen.normal.text, list(seen.amounts), set(intents))[0]


@pytest.mark.parametrize(
    ("text", "country", "intent", "amount"),
    [
        ("mañana te consigno 180", "CO", "promesa", Money(18_000_000, "COP")),
        ("ya te pasé los doscientos cincuenta", "CO", "pagado", Money(25_000_000, "COP")),
        ("el viernes le dejo 35", "CL", "promesa", Money(35_000, "CLP")),
        ("el viernes le dejo 35", "PE", "promesa", Money(3500, "PEN")),
        ("ya le deposité mil lucas", "CL", "pagado", Money(1_000_000, "CLP")),
        ("le consigno cuarenta mil barras", "CO", "promesa", Money(4_000_000, "COP")),
        ("el lunes le giro el millón doscientos", "CO", "promesa", Money(120_000_000, "COP")),
        ("te transferí dos palos cuatrocientos", "AR", "pagado", Money(240_000_000, "ARS")),
        ("ya le mandé $ 85 000", "CL", "pagado", Money(85_000, "CLP")),
        ("le deposité 36 con 75", "EC", "pagado", Money(3675, "USD")),
        ("ya deposité cuarenta con cincuenta", "EC", "pagado", Money(4050, "USD")),
        ("quedó pagado, son sesentita nomás", "PE", "pagado", Money(6000, "PEN")),
        ("sexta mando 90 sem falta", "BR", "promesa", Money(9000, "BRL")),
        ("le puedo ir dando de a 15 diarios", "CO", "no_puede", Money(1_500_000, "COP")),
        ("aunque sea cuarenta soles al mes le ofrezco", "PE", "no_puede", Money(4000, "PEN")),
    ],
)
def test_amounts_are_read_as_they_are_said_there(text, country, intent, amount):
    assert _amount(text, country, intent) == amount


@pytest.mark.parametrize(
    ("text", "country", "intent"),
    [
        ("pagado, aprobación 55812", "CO", "pagado"),
        ("ya pagué las facturas 981 y 982", "MX", "pagado"),
        ("el viernes pago y me mandan 12 costales", "EC", "promesa"),
        ("con 38 grados no se vende nada", "MX", "no_puede"),
        ("me descontaron el 30 por ciento del sueldo", "PE", "no_puede"),
        ("gano 50 mil al día y no alcanza", "CO", "no_puede"),
        ("me vino 90 mil de gas este mes", "AR", "no_puede"),
        ("¿me lo parten en 6?", "EC", "no_puede"),
        ("con el bono 14 le pago", "GT", "promesa"),
    ],
)
def test_counts_numbers_of_papers_and_the_cost_of_living_are_no_amounts(text, country, intent):
    assert _amount(text, country, intent) is None


def test_of_several_amounts_the_one_that_is_paid_counts():
    both = ("disputa", "promesa")
    assert _amount("me quitan esos 80 de recargo y el viernes le doy 450", "MX", *both) == Money(45_000, "MXN")
    assert _amount("hay 300 pesos que no debo, el lunes deposito 1,900", "MX", *both) == Money(190_000, "MXN")


def test_what_is_not_named_is_flagged(read):
    assert "half_amount" in read("le doy la mitad mañana").flags
    assert "other_currency" in read("pago US$ 100 el viernes", "CO").flags
    assert "conditional" in read("le pago cuando me paguen").flags
    assert "date_is_period" in read("la próxima semana le pago").flags
    assert "deceased" in read("el señor falleció el año pasado, soy su hija").flags


def test_an_automatic_answer_means_nothing(read):
    away = read("Estoy fuera de la oficina hasta el lunes 16 de marzo, dejen de usar este buzón")
    assert (away.intents, away.flags, away.date) == (("otro",), ("auto_reply",), None)


def test_the_same_words_mean_another_day_where_it_is_already_tomorrow(classifier):
    late = datetime.fromisoformat("2026-03-12T02:30:00+00:00")
    assert classifier.classify("mañana le pago", "MX", late).date == date(2026, 3, 12)
    assert classifier.classify("mañana le pago", "ES", late).date == date(2026, 3, 13)


def test_spans_point_at_the_persons_own_words(read):
    text = "Ps mañnaaa le deposito quinientos varos"
    spans = {span.kind: span.text for span in read(text).spans}
    assert spans["date"] == "mañnaaa"
    assert spans["amount"] == "quinientos varos"
    assert all(text[span.start : span.end] == span.text for span in read(text).spans)


def test_an_email_answer_is_read_without_the_message_it_quotes(read):
    text = "Ya lo pagué ayer.\n\nEl mié, 11 mar 2026 Cobranza escribió:\n> Si no desea recibir mensajes responda BAJA"
    assert read(text).intents == ("pagado",)


@pytest.mark.parametrize(("text", "country"), [("", "MX"), ("   \n", "MX"), ("ok", "XX"), ("ok", "")])
def test_what_cannot_be_read_is_refused_with_a_sentence(classifier, text, country):
    with pytest.raises(UnusableInput) as refused:
        classifier.classify(text, country, datetime.fromisoformat(WEDNESDAY["MX"]))
    assert refused.value.sentence.endswith(".")


def test_a_naive_instant_is_refused(classifier):
    with pytest.raises(UnusableInput):
        classifier.classify("mañana pago", "MX", datetime(2026, 3, 11))


def test_hostile_lengths_do_not_hang(classifier):
    at = datetime.fromisoformat(WEDNESDAY["MX"])
    for text in (
        "no " * 5000,
        "1" * 20_000,
        "a" * 20_000,
        "el 15 " * 3000,
        "\x00\u200b",
        "9" * 400 + " millones de pesos pago",
    ):
        assert classifier.classify(text, "MX", at).intents


@pytest.mark.parametrize("text", ["quiero hablar con una persona, esto no lo arreglo con un mensaje",
                                  "necesito que me llame alguien", "llámeme en la tarde"])  # fmt: skip
def test_who_asks_to_be_called_is_not_silenced(text, read):
    assert not set(read(text).intents) & {"baja", "equivocado"}
