"""What invented people answer in the demonstration, and what the team does with it: some sixty short conversations.

`{saldo}` and `{parte}` stand for all and about a third of what the person owes, as people write it; `{documento}` for
the number of their oldest open one. A story happens so many `days` ago at `hour`, or
today, so many hours ago.
"""

from __future__ import annotations

import attrs

EMAIL, WHATSAPP, SMS, PORTAL = "email", "whatsapp", "sms", "portal"
#: What somebody of the team does.
REPLIES, NOTES, TAKES, GIVES, SNOOZES = "replies", "notes", "takes", "gives", "snoozes"


@attrs.frozen
class Turn:
    """One thing that happens. Without `act` the person writes `text` by `channel`; with it the team does something."""

    days: int
    hour: float
    text: str
    channel: str = ""
    act: str = ""
    file: str = ""


@attrs.frozen
class Story:
    """One conversation, of a customer of a company in that country, or of a stranger. `stops`: nothing is sent to that
    contact after it, so it is of somebody to whom nothing has been sent since."""

    country: str
    turns: tuple[Turn, ...]
    stranger: bool = False
    stops: bool = False


def says(days: int, hour: float, text: str, channel: str, file: str = "") -> Turn:
    """The person writes."""
    return Turn(days, hour, text, channel, file=file)


def team(days: int, hour: float, act: str, text: str = "") -> Turn:
    """Somebody of the team does something."""
    return Turn(days, hour, text, act=act)


def _one(country: str, days: int, hour: float, channel: str, text: str, *more: Turn, stops: bool = False) -> Story:
    return Story(country, (says(days, hour, text, channel), *more), stops=stops)


_MEXICO = (
    _one("MX", 6, 10, WHATSAPP, "buen día, el viernes le deposito {parte}"),
    _one("MX", 6, 10, EMAIL, "Buenos días. Programamos el pago total para el día 30 de este mes. Saludos."),
    _one("MX", 6, 17, SMS, "ya pague ayer en el oxxo"),
    _one("MX", 6, 17, WHATSAPP, "numero equivocado joven, no conozco a esa persona", stops=True),
    _one("MX", 5, 10, EMAIL, "No estoy de acuerdo con la {documento}: llegaron 8 cajas de las 12 que pedimos.",
         team(5, 17, TAKES), team(5, 17, NOTES, "Almacén: el chofer confirma 8 cajas. Espera nota de crédito."),
         team(4, 10, REPLIES, "Gracias por avisarnos. Almacén confirmó el faltante: estamos preparando la nota de "
                              "crédito por las 4 cajas y se la enviamos esta semana.")),
    _one("MX", 5, 10, WHATSAPP, "la vdd ando sin lana, me corrieron del trabajo hace un mes",
         says(4, 17, "ok lo veo en la página, gracias", WHATSAPP)),
    _one("MX", 5, 17, WHATSAPP, "ya no me manden mensajes por favor", stops=True),
    _one("MX", 4, 10, EMAIL, "Favor de enviarme copia de la factura {documento}, no la encuentro."),
    _one("MX", 4, 10, WHATSAPP, "cuanto debo?", says(3, 10, "ok, el lunes le paso {parte}", WHATSAPP)),
    _one("MX", 4, 17, SMS, "a q cuenta deposito"),
    _one("MX", 4, 17, WHATSAPP, "pinches cobradores ya me tienen harta, diez mensajes al día",
         team(3, 10, TAKES), team(3, 10, NOTES, "Le llegó tres veces el mismo aviso. Lleva 6 años comprando."),
         team(3, 10, REPLIES, "Tiene toda la razón y le pido una disculpa: se le repitió el mismo aviso. Ya quedó "
                              "detenido. Cuando guste vemos juntos su cuenta, yo la atiendo.")),
    _one("MX", 3, 10, WHATSAPP, "pago el jueves", says(2, 10, "los {parte}", WHATSAPP)),
    _one("MX", 3, 10, EMAIL, "Ya transferimos el total desde BBVA, adjunto comprobante.",
         says(2, 17, "¿Me confirman que lo recibieron?", EMAIL)),
    _one("MX", 3, 17, WHATSAPP, "se puede en dos partes? la mitad ahorita y la otra el 15"),
    _one("MX", 3, 17, EMAIL, "Los intereses no los acepto, nunca se pactaron. El capital sí lo pago."),
    _one("MX", 2, 10, WHATSAPP, "soy su hija, mi papá falleció en septiembre. qué tengo que hacer?", stops=True),
    _one("MX", 2, 10, SMS, "mñn paso a pagar sin falta"),
    _one("MX", 2, 17, WHATSAPP, "quiero hablar con una persona, esto no lo arreglo con un mensaje", team(1, 10, TAKES)),
    _one("MX", 2, 17, EMAIL, "El contador está de vacaciones; lo revisamos la próxima semana y le confirmo fecha.",
         team(1, 10, SNOOZES)),
    _one("MX", 1, 10, WHATSAPP, "el sabado le caigo con {parte} varos"),
    _one("MX", 1, 10, WHATSAPP, "ya le deposité con su cobrador el domingo, me dio un papelito"),
    _one("MX", 1, 17, WHATSAPP, "😡😡 otra vez ustedes"),
    _one("MX", 1, 17, EMAIL, "¿Me hacen un descuento si liquido todo este mes?"),
    _one("MX", 0, 5, WHATSAPP, "hola, me pasan la clabe por favor"),
    _one("MX", 0, 5, WHATSAPP, "le pago {saldo} el día 30"),
    _one("MX", 0, 1.5, SMS, "No soy esa persona, este numero es nuevo", stops=True),
    _one("MX", 0, 1.5, WHATSAPP, "no puedo pagar completo, estuve en el hospital"),
    _one("MX", 0, 0.5, WHATSAPP, "gracias, ya quedó?"),
    _one("MX", 0, 0.5, PORTAL, "Necesito que me llamen para ver lo de mis dos facturas, prefiero por la tarde."),
)  # fmt: skip

_COLOMBIA = (
    _one("CO", 6, 10, WHATSAPP, "buenos días, consigno {parte} el viernes"),
    _one("CO", 6, 17, EMAIL, "Cordial saludo. El pago queda programado para el 30. Gracias."),
    _one("CO", 5, 10, WHATSAPP, "ya les consigné por nequi, revisen"),
    _one("CO", 5, 17, EMAIL, "La mercancía de la {documento} llegó mojada y la devolvimos con el mismo conductor.",
         team(4, 10, GIVES), team(4, 10, NOTES, "Pedí a ventas las fotos de la devolución.")),
    _one("CO", 4, 10, WHATSAPP, "qué pena con usted, la cosa está dura, ¿me da un placito?"),
    _one("CO", 4, 17, WHATSAPP, "cuánto es que debo?"),
    _one("CO", 3, 10, EMAIL, "Solicito que no me contacten más por este medio.", stops=True),
    _one("CO", 3, 17, WHATSAPP, "esa señora ya no trabaja acá hace rato", stops=True),
    _one("CO", 2, 10, WHATSAPP, "hágale que el martes le pago 200 lucas"),
    _one("CO", 2, 17, EMAIL, "Por favor el paz y salvo del mes pasado, ya habíamos cancelado todo."),
    _one("CO", 1, 10, WHATSAPP, "mamados de tanta llamada, qué falta de respeto"),
    _one("CO", 1, 17, WHATSAPP, "listo, el viernes quedo al día"),
    _one("CO", 0, 5, EMAIL, "Buen día, ¿a qué cuenta se consigna?"),
    _one("CO", 0, 1.5, WHATSAPP, "no tengo cómo este mes, perdimos la cosecha"),
    _one("CO", 0, 0.5, WHATSAPP, "ya pagué, les mando el pantallazo ahorita"),
)  # fmt: skip

_PERU = (
    _one("PE", 6, 10, WHATSAPP, "mañana te yapeo {parte} pe"),
    _one("PE", 6, 17, EMAIL, "Estimados, abonaremos el saldo el día 30. Atentamente."),
    _one("PE", 5, 10, WHATSAPP, "ya deposité en el bcp ayer"),
    _one("PE", 5, 17, WHATSAPP, "esa factura no la reconozco, nunca pedí eso"),
    _one("PE", 4, 10, EMAIL, "¿Me envían el detalle de la {documento}?"),
    _one("PE", 4, 17, WHATSAPP, "está misio el negocio, puedo pagar en partes?"),
    _one("PE", 3, 17, WHATSAPP, "no me escribas más causa", stops=True),
    _one("PE", 2, 10, WHATSAPP, "mi hermana ya no vive en esta casa, no la busquen aquí", stops=True),
    _one("PE", 2, 17, WHATSAPP, "el 15 te pago 300"),
    _one("PE", 1, 10, EMAIL, "Son unos abusivos, voy a ir a Indecopi."),
    _one("PE", 1, 17, WHATSAPP, "cuál es el cci?"),
    _one("PE", 0, 1.5, WHATSAPP, "el viernes cancelo todo"),
    _one("PE", 0, 0.5, WHATSAPP, "?"),
)  # fmt: skip

_STRANGERS = (
    Story(
        "MX", (says(2, 17, "Hola, me dijeron que con ustedes pago lo de mi suegra, ¿cómo le hago?", WHATSAPP),), True
    ),
    Story("MX", (says(0, 1.5, "quién es?", SMS),), True),
    Story("CO", (says(1, 10, "Buenas, les escribo del contador de Repuestos Los Andes por la cuenta.", EMAIL),), True),
)

STORIES = (*_MEXICO, *_COLOMBIA, *_PERU, *_STRANGERS)
