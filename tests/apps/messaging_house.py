"""A creditor with WhatsApp, a person who owes 500 pesos, and a stand-in of Meta: what tests of conversations share."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from puntual.apps.inbox import write, write_process
from puntual.apps.parties import write as parties
from puntual.apps.parties.models import Account
from puntual.apps.parties.write import NewAccount, NewPoint
from puntual.apps.policies import presets
from puntual.apps.policies import write as policies
from puntual.apps.receivables import write as receivables
from puntual.apps.receivables.write import NewInvoice
from puntual.core.customers.understanding import BAJA, EQUIVOCADO, INFO, OTRO, PROMESA, Understanding
from puntual.core.money import Money
from puntual.pipeline.daily_run import run_day
from puntual.pipeline.dispatch import Outside, dispatch
from puntual.project import inbox, messengers
from puntual.simulators.whatsapp import Person, PhoneNumber, Template, WhatsAppSimulator

#: A Tuesday, six in the morning of Mexico City; messages go at ten.
DAWN = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
TEN = datetime(2026, 11, 24, 16, 1, tzinfo=UTC)
NOON = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
LUCIA = Person("5215550000001", "MX.1234567890", "Lucía")
SECRETS = {"access_token": "llave-de-prueba", "app_secret": "secreto-de-la-app", "verify_token": "hola"}


class Told:
    """A classifier that knows these sentences, so that what follows from an answer is tested apart from reading it."""

    KNOWN = {
        "ya no me escriban": Understanding((BAJA,), 0.97),
        "no me escriban más": Understanding((BAJA,), 0.97),
        "BAJA": Understanding((BAJA,), 0.99),
        "pago el viernes 500": Understanding((PROMESA,), 0.95, date(2026, 11, 27), Money(500_00, "MXN")),
        "pago el viernes 900": Understanding((PROMESA,), 0.95, date(2026, 11, 27), Money(900_00, "MXN")),
        "numero equivocado, no soy esa persona": Understanding((EQUIVOCADO,), 0.98),
        "¿cuánto debo?": Understanding((INFO,), 0.9),
    }

    def classify(self, text, country, at):
        return self.KNOWN.get(text, Understanding((OTRO,), 0.5))


class House:
    """A creditor with WhatsApp, a person who owes 500 pesos, and Meta."""

    def __init__(self):
        self.now = TEN
        self.meta = WhatsAppSimulator(PhoneNumber(), lambda: self.now)
        self.meta.add(
            LUCIA, Template("recordatorio_v1", "es_MX", "Hola, {{1}}. {{2}}: tiene pendiente {{3}}.", url_buttons=1)
        )
        self.creditor = parties.create_creditor(
            code="norte", name="Ferretera del Norte", country="MX", zone="America/Mexico_City", currency="MXN",
            approve_first=0, test_mode=False,
        )  # fmt: skip
        version = policies.save_version(creditor_id=self.creditor.pk, text=presets.text_for("MX"))
        policies.activate(version=version, at=DAWN - timedelta(days=9))
        row = NewAccount("C-1", "Lucía Ocampo", debtor="consumer", country="MX", zone="America/Mexico_City",
                         points=(NewPoint("phone", "+525550000001"),))  # fmt: skip
        self.account = parties.register_accounts(creditor=self.creditor, rows=[row]).accounts["C-1"]
        self.party = Account.objects.get().party_id
        due = date(2026, 11, 20)
        invoice = NewInvoice(self.account, "A-1", "A-1", date(2026, 10, 20), "MXN", 500_00, ((due, 500_00),))
        receivables.post_invoices(creditor_id=self.creditor.pk, invoices=[invoice], source="test")
        self.carrier = write.save_account(
            creditor_id=self.creditor.pk, adapter="whatsapp", address="106540352242922", credentials=SECRETS, at=DAWN
        )
        for name in ("recordatorio_previo", "vence_hoy", "recordatorio", "propuesta_de_plan", "aviso_formal"):
            write.save_template(
                account=self.carrier, template=name, name="recordatorio_v1", language="es_MX", state="APPROVED",
                body="Hola, {{1}}. {{2}}: tiene pendiente {{3}}.",
                parameters=["{{ persona.nombre }}", "{{ acreedor.nombre }}", "{{ total }}"],
                buttons=[(0, "url", '{{ enlace.pagar | split: "/p/" | last }}')],
            )  # fmt: skip

    def remind(self):
        run_day(creditor=self.creditor, as_of=DAWN)
        return self.dispatch()

    def dispatch(self, channel=None):
        channel = channel or messengers.channel_of(self.carrier, self.meta.transport())
        outside = Outside(
            channel=lambda *_: channel, links=lambda points: {a: f"https://x.example/p/t{a}/" for a in points},
            now=lambda: self.now, channels=("email", "sms", "whatsapp"), only=messengers.creditors_by_channel,
        )  # fmt: skip
        return dispatch(outside)

    def listen(self, classifier=None):
        return write_process.process_raw(adapters=inbox.adapters(), classifier=classifier or Told(), at=self.now)
