"""A house with conversations: a promise done alone, a question for a person, anger, a stranger, a note."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from messaging_house import House, Told

from puntual.apps.inbox import answering, identify, write_threads
from puntual.apps.inbox.identify import Sender
from puntual.apps.inbox.models import Conversation, ThreadMessage
from puntual.apps.inbox.write_process import waits
from puntual.apps.parties import write as parties
from puntual.apps.parties.models import Account
from puntual.apps.parties.write import NewAccount, NewPoint
from puntual.core.customers.understanding import ENOJO, INFO, PROMESA, Understanding
from puntual.core.money import Money
from puntual.core.time import local_date
from puntual.ports.inbound import InboundMessage


class TalkHouse(House):
    """Today's conversations, as the real clock has it."""

    def __init__(self):
        super().__init__()
        self.at = datetime.now(UTC) - timedelta(hours=3)
        friday = local_date(self.at, "America/Mexico_City") + timedelta(days=4)
        self.knows = {
            "pago el viernes 500": Understanding((PROMESA,), 0.95, friday, Money(500_00, "MXN")),
            "¿me pueden llamar para verlo?": Understanding((INFO,), 0.9),
            "pago el viernes 900": Understanding((PROMESA,), 0.9, friday, Money(900_00, "MXN")),
            "ya me tienen cansada, siempre lo mismo": Understanding((ENOJO,), 0.93),
        }
        self.lucia = self.says(self.account, "pago el viernes 500")
        names = [
            ("C-2", "Comercial Ríos"),
            ("C-3", "Ana Belén Soto"),
            ("C-4", "Talleres Muñoz e Hijos, S. A. de C. V."),
        ]
        rows = [
            NewAccount(code, name, debtor="business", country="MX", zone="America/Mexico_City",
                       points=(NewPoint("phone", f"+52555000000{n}"), NewPoint("email", f"p{n}@ejemplo.mx")))
            for n, (code, name) in enumerate(names, 2)
        ]  # fmt: skip
        made = parties.register_accounts(creditor=self.creditor, rows=rows).accounts
        self.rios = self.says(made["C-2"], "¿me pueden llamar para verlo?", channel="email", subject="Re: Su cuenta")
        self.ana = self.says(made["C-3"], "ya me tienen cansada, siempre lo mismo")
        self.munoz = self.says(self.account, "pago el viernes 900", minutes=9)
        self.stranger = self.unknown("+525559998888", "Hola, ¿quién es?")

    def classify(self, text, country, at):
        return self.knows.get(text) or Told().classify(text, country, at)

    def says(self, account_id, text, *, channel="whatsapp", subject="", minutes=0):
        account = Account.objects.get(pk=account_id)
        at = self.at + timedelta(minutes=minutes)
        thread, _new = Conversation.objects.get_or_create(
            party_id=account.party_id, creditor=self.creditor, defaults={"last_at": at}
        )
        key = f"prueba:{account_id}:{text}"[:160]
        row = ThreadMessage.objects.create(
            conversation=thread, account=account, channel=channel, key=key, by_person=True, at=at, received_at=at,
            sealed_text=identify.sealed(account.party_id, text),
            sealed_subject=identify.sealed(account.party_id, subject) if subject else None,
        )  # fmt: skip
        waits(thread, at, channel=channel)
        said = InboundMessage(key, channel, "", text, at, user_id="x", subject=subject)
        answering.answer(
            row=row, said=said, who=Sender(account.party_id, account_id, None), creditor=self.creditor,
            classifier=self, rules=answering.rules_for(self.creditor.pk), at=at,
        )  # fmt: skip
        return Conversation.objects.get(pk=thread.pk)

    def unknown(self, phone, text):
        said = InboundMessage(f"x{phone}", "whatsapp", "", text, self.at, phone=phone)
        thread = identify.thread_of(Sender(None, None, None), said, self.creditor.pk)
        ThreadMessage.objects.create(
            conversation=thread, channel="whatsapp", key=f"x{phone}", by_person=True, at=self.at, received_at=self.at,
            sealed_text=identify.sealed(None, text), confidence=0.4, intents=["otro"],
        )  # fmt: skip
        waits(thread, self.at, channel="whatsapp")
        return Conversation.objects.get(pk=thread.pk)

    def canned(self):
        write_threads.save_canned(
            creditor_id=self.creditor.pk, key="horario", name="Horario", text="Atendemos de 9 a 18 h.", then="attended"
        )
