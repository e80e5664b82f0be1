"""What a conversation came to, and what follows from it: one table, and one function that reads it.

Codes are kept for ever (reports and return files use them); the sentences are what an agent reads. Retries respect the
gate all the same: an hour given here is only the first one at which the account comes back to the queue.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import attrs

from puntual.core.errors import UnusableInput

#: Who was reached: nobody, somebody else, or the person who owes (which counts as a direct contact).
NOBODY, ANOTHER, PERSON = "nobody", "another", "person"
#: What becomes of the account in the queue: comes back by itself, waits for a fact, goes to a person, leaves the queue.
RETRY, WAIT, ROUTE, STOP = "retry", "wait", "route", "stop"


@attrs.frozen(kw_only=True)
class Result:
    """One result. `after_minutes`: when it comes back, by number of attempt; `wait_days`: how long it rests;
    `needs`: what has to be noted with it; `hard`: it cannot be undone by us, so it asks for its words first."""

    code: str
    name: str
    key: str = ""
    reached: str
    effect: str
    after_minutes: tuple[int, ...] = ()
    wait_days: int = 0
    needs: str = ""
    hard: bool = False
    next_step: str


_TABLE = (
    Result(code="no_answer", name="No contesta", key="1", reached=NOBODY, effect=RETRY,
           after_minutes=(120, 240, 1440), next_step="Vuelve a la cola a otra hora."),
    Result(code="busy", name="Ocupado", key="2", reached=NOBODY, effect=RETRY, after_minutes=(20, 60, 240),
           next_step="Vuelve a la cola en un rato."),
    Result(code="voicemail", name="Buzón de voz", key="3", reached=NOBODY, effect=RETRY, after_minutes=(240, 1440),
           next_step="Vuelve a la cola más tarde; el buzón no se llena."),
    Result(code="third_party", name="Contestó otra persona", key="4", reached=ANOTHER, effect=RETRY,
           after_minutes=(240, 1440), next_step="Vuelve a la cola; a otra persona no se le habla de la deuda."),
    Result(code="hung_up", name="Colgó", key="5", reached=PERSON, effect=WAIT, wait_days=2,
           next_step="Descansa dos días."),
    Result(code="informed", name="Informado: pagará por su cuenta", key="6", reached=PERSON, effect=WAIT, wait_days=3,
           next_step="Se espera tres días por si paga."),
    Result(code="says_paid", name="Dice que ya pagó", key="7", reached=PERSON, effect=WAIT, wait_days=3,
           next_step="Se espera al banco tres días y se le agradece."),
    Result(code="cannot_pay", name="No puede pagar", key="8", reached=PERSON, effect=WAIT, wait_days=7,
           next_step="Descansa una semana; conviene ofrecerle un plan."),
    Result(code="will_not_pay", name="No quiere pagar", key="9", reached=PERSON, effect=ROUTE,
           next_step="Lo ve un supervisor antes de otro contacto."),
    Result(code="promise", name="Promesa de pago", reached=PERSON, effect=WAIT, needs="promise",
           next_step="Se espera al día prometido, con un solo aviso la víspera."),
    Result(code="agreement", name="Convenio ofrecido", reached=PERSON, effect=WAIT, wait_days=3, needs="agreement",
           next_step="Se espera su respuesta a la oferta."),
    Result(code="dispute", name="No reconoce la deuda o el importe", reached=PERSON, effect=WAIT, wait_days=10,
           needs="dispute", next_step="La parte en aclaración se detiene y su responsable contesta."),
    Result(code="call_back", name="Volver a llamar", reached=PERSON, effect=WAIT, needs="call_back",
           next_step="Vuelve a la cola de quien lo anotó, a la hora pedida."),
    Result(code="wrong_number", name="Número equivocado", reached=ANOTHER, effect=STOP, hard=True,
           next_step="Ese teléfono se silencia en todas partes."),
    Result(code="opt_out", name="Pide que no se le llame", reached=PERSON, effect=STOP, hard=True,
           next_step="Desde ahora no se le llama, y eso solo lo cambia la persona."),
    Result(code="lawyer", name="Lo representa un abogado", reached=PERSON, effect=STOP, hard=True,
           next_step="Solo se habla con su abogado; lo atiende una persona."),
    Result(code="delicate", name="Situación delicada", reached=PERSON, effect=STOP, hard=True,
           next_step="Todo contacto automático se detiene; lo atiende una persona."),
    Result(code="deceased", name="Avisan de un fallecimiento", reached=ANOTHER, effect=STOP, hard=True,
           next_step="Se detiene todo; lo atiende una persona."),
)  # fmt: skip

RESULTS: Mapping[str, Result] = {one.code: one for one in _TABLE}
#: After so many attempts in a row that reached nobody, the account rests and another channel speaks.
FRUITLESS_MAX = 4
FRUITLESS_REST = timedelta(days=5)


@attrs.frozen
class Next:
    """What becomes of the account: its state in the queue (later, done or route), from when, and after how many
    fruitless attempts."""

    state: str
    not_before: datetime | None
    fruitless: int


def result(code: str) -> Result:
    """The result of that code. UnusableInput says that there is none."""
    if code not in RESULTS:
        raise UnusableInput(f"El resultado «{code}» no se conoce: elija uno de la lista.", field="result")
    return RESULTS[code]


def after(code: str, at: datetime, fruitless: int, until: datetime | None = None) -> Next:
    """What follows a result reached at `at`, after `fruitless` attempts in a row that reached nobody.

    `until`: the day promised or the hour asked for, where the result carries one.
    """
    one = result(code)
    if one.effect == STOP:
        return Next("done", None, 0)
    if one.effect == ROUTE:
        return Next("route", None, 0)
    if one.effect == WAIT:
        return Next("later", until or at + timedelta(days=one.wait_days or 1), 0)
    tries = fruitless + 1
    if tries >= FRUITLESS_MAX:
        return Next("later", at + FRUITLESS_REST, 0)
    minutes = one.after_minutes[min(tries, len(one.after_minutes)) - 1]
    return Next("later", at + timedelta(minutes=minutes), tries)
