"""The demonstration's conversations: what invented people answer comes in by the very doors of the real product, is
understood by it, and what it answers leaves as files. Nothing here writes a conversation by hand."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from email.message import EmailMessage
from itertools import groupby

import attrs
from django.contrib.auth import get_user_model

from puntual.apps.inbox import read, speaking, write, write_threads
from puntual.apps.inbox.choices import Adapter
from puntual.apps.inbox.models import ChannelAccount, Conversation, ThreadMessage
from puntual.apps.outreach import read as outreach
from puntual.apps.outreach.models import Message
from puntual.apps.outreach.wording import amount
from puntual.apps.parties import read as parties
from puntual.apps.parties.models import Account, ContactPoint, Creditor
from puntual.apps.portal import acts as portal
from puntual.apps.portal.read import Visit
from puntual.apps.receivables import read as receivables
from puntual.apps.receivables.models import AccountBalance
from puntual.core.errors import Refused, UnusableInput
from puntual.core.time import local_date, local_instant
from puntual.pipeline.dispatch import Outside, dispatch
from puntual.ports.inbound import Received
from puntual.simulators.portfolio import talks
from puntual.simulators.portfolio.talks import Story, Turn
from puntual.simulators.whatsapp import Person, PhoneNumber, WhatsAppSimulator

#: The days of the stories are told in this clock; the companies' own are an hour away at most.
_ZONE = "America/Bogota"
#: The company's number at its invented WhatsApp and its SMS.
_META, _SHORT = "106540352242922", "2020"
_KEYS: Mapping[Adapter, dict[str, str]] = {
    Adapter.WHATSAPP: {"access_token": "de-demostracion", "app_secret": "de-demostracion", "verify_token": "hola"},
    Adapter.KANNEL: {"base_url": "http://kannel.invalid", "username": "demo", "password": "demo", "token": "demo"},
    Adapter.POSTMARK: {"token": "de-demostracion"},
}
_CANNED = (
    ("cuenta", "Datos para pagar", "Le comparto los datos para su pago. En su página están siempre al día.", ""),
    ("gracias", "Gracias y cierre", "Muchas gracias por avisarnos. Queda anotado.", "attended"),
    ("reviso", "Lo reviso y le digo", "Permítame revisarlo; mañana le doy respuesta por aquí.", "tomorrow"),
)


@attrs.frozen
class _Talker:
    """A customer of a company, with what they may name: all and a part of what they owe, and a document."""

    account: Account
    phone: str
    email: str
    words: Mapping[str, str]


@attrs.frozen
class _Event:
    at: datetime
    turn: Turn
    creditor: Creditor
    who: _Talker | None
    number: int


def talk(
    *,
    creditors: Sequence[Creditor],
    now: datetime,
    hear: Callable[[datetime], object],
    outside: Callable[[Callable[[], datetime]], Outside],
    say: Callable[[str], None] = lambda _: None,
) -> int:
    """Let the stories happen, hour by hour, up to now. Gives how many conversations there are.

    `hear`: one round over what came in, as the server's own loop does it.
    """
    say("Lo que la gente respondió en la última semana ...")
    companies = {c.country: c for c in creditors}
    carriers = {c.pk: _carriers(c, now - timedelta(days=8)) for c in creditors}
    for creditor in creditors:
        for key, name, text, then in _CANNED:
            write_threads.save_canned(creditor_id=creditor.pk, key=key, name=name, text=text, then=then)
    events = sorted(_events(companies, now), key=lambda e: (e.at, bool(e.turn.act), e.number))
    for at, together in groupby(events, key=lambda e: e.at):
        for event in together:
            if event.turn.act:
                _by_the_team(event)
            else:
                _by_the_person(event, carriers[event.creditor.pk])
        hear(at + timedelta(minutes=4))
        dispatch(outside(_clock(at + timedelta(minutes=6))))
    return Conversation.objects.count()


def _clock(at: datetime) -> Callable[[], datetime]:
    return lambda: at


def _carriers(creditor: Creditor, at: datetime) -> dict[str, ChannelAccount]:
    """The company's invented accounts: in «Modo de prueba» nothing leaves by them."""
    addresses = {Adapter.WHATSAPP: f"{_META}{creditor.pk}", Adapter.KANNEL: f"{_SHORT}{creditor.pk}",
                 Adapter.POSTMARK: creditor.email}  # fmt: skip
    made = [
        write.save_account(
            creditor_id=creditor.pk, adapter=adapter, address=addresses[adapter], credentials=keys, at=at
        )
        for adapter, keys in _KEYS.items()
    ]
    return {str(account.channel): account for account in made}


def _events(companies: Mapping[str, Creditor], now: datetime) -> Iterator[_Event]:
    people = {country: _talkers(creditor) for country, creditor in companies.items()}
    today = local_date(now, _ZONE)
    # Who stops is cast first: the days before today were lived already, and nothing may have been sent to them since.
    stories = sorted((s for s in talks.STORIES if s.country in companies), key=lambda s: not s.stops)
    for number, story in enumerate(stories):
        instants = [_instant(turn, today, now) for turn in story.turns]
        who = None if story.stranger else _cast(story, people[story.country], min(instants))
        if who is None and not story.stranger:
            continue  # nobody of that company can be in it
        for at, turn in zip(instants, story.turns, strict=True):
            yield _Event(at, turn, companies[story.country], who, number)


def _instant(turn: Turn, today: date, now: datetime) -> datetime:
    if not turn.days:
        return now - timedelta(hours=turn.hour)
    return local_instant(today - timedelta(days=turn.days), time(int(turn.hour)), _ZONE)


def _talkers(creditor: Creditor) -> list[_Talker]:
    """Those who owe, the largest first, with a phone and an address that nobody else has."""
    rows = AccountBalance.objects.filter(creditor=creditor, open_minor__gt=0).select_related("account")
    points = list(ContactPoint.objects.filter(party__accounts__creditor=creditor, status="active"))
    values = parties.point_values(p.pk for p in points)
    found: dict[tuple[int, str], str] = {(p.party_id, p.kind): values[p.pk] for p in points if p.pk in values}
    made = []
    for row in rows.order_by("-items_open", "account_id")[:90]:
        account = row.account
        first = receivables.open_items(account.pk)[:1]
        words = {
            "saldo": amount(row.open_minor, row.currency, creditor.country),
            "parte": f"{_rounded(row.open_minor // 3):,}",
            "documento": first[0].due_item.invoice.number if first else "",
        }
        party = account.party_id
        made.append(_Talker(account, found.get((party, "phone"), ""), found.get((party, "email"), ""), words))
    return made


def _rounded(minor: int) -> int:
    """Major units as people say them: two figures and noughts."""
    major = max(minor // 100, 1)
    step = 10 ** max(len(str(major)) - 2, 0)
    return major // step * step


def _cast(story: Story, people: list[_Talker], began: datetime) -> _Talker | None:
    """The next of them who can be in that story; nobody is in two."""
    wanted = {turn.channel for turn in story.turns if turn.channel}
    sent = outreach.sent_since([who.account.party_id for who in people], began) if story.stops else frozenset()
    for who in people:
        if who.account.party_id in sent:
            continue
        if (who.phone or not wanted & {talks.WHATSAPP, talks.SMS}) and (who.email or talks.EMAIL not in wanted):
            people.remove(who)
            return who
    return None


# --- what they write, as each provider hands it over -----------------------------------------------------------------


def _by_the_person(event: _Event, carriers: Mapping[str, ChannelAccount]) -> None:
    text = event.turn.text.format(**event.who.words) if event.who else event.turn.text
    if event.turn.channel == talks.PORTAL:
        if event.who is not None:
            account = event.who.account
            visit = Visit("", None, account, event.creditor, account.party)  # type: ignore[arg-type]
            portal.ask_to_talk(
                visit=visit, text=text, channel="whatsapp", hours="any", key=f"demo:{event.number}", at=event.at
            )
        return
    received = {talks.WHATSAPP: _whatsapp, talks.SMS: _sms, talks.EMAIL: _mail}[event.turn.channel](event, text)
    write.store_raw(account=carriers[event.turn.channel], received=received, at=event.at)


def _phone_of(event: _Event) -> str:
    return event.who.phone if event.who else f"+5255500{90000 + event.number}"


def _whatsapp(event: _Event, text: str) -> Received:
    meta = WhatsAppSimulator(PhoneNumber(f"{_META}{event.creditor.pk}"), lambda: event.at)
    phone = _phone_of(event).lstrip("+")
    sent = meta.writes(Person(phone, f"demo.{phone}", ""), text)
    # Every notice is its own message: the simulator counts from one each time.
    body = sent.body.replace(b"wamid.", f"wamid.demo{event.number}-{event.turn.days}-{event.turn.hour}-".encode())
    return Received({"content-type": "application/json"}, {}, body)


def _sms(event: _Event, text: str) -> Received:
    query = {
        "kind": "mo", "from": _phone_of(event), "to": f"{_SHORT}{event.creditor.pk}", "text": text,
        "id": f"demo-{event.number}-{event.turn.days}", "ts": str(int(event.at.timestamp())),
    }  # fmt: skip
    return Received({}, query, b"")


def _mail(event: _Event, text: str) -> Received:
    mail = EmailMessage()
    mail["From"] = event.who.email if event.who else f"contador{event.number}@ejemplo.com"
    mail["To"], mail["Subject"] = event.creditor.email, "Re: Su cuenta" if event.who else "Cuenta por pagar"
    mail["Date"] = event.at
    mail["Message-ID"] = f"<demo-{event.number}-{event.turn.days}-{event.turn.hour}@ejemplo.com>"
    sent = _last_mail(event.who.account, event.at) if event.who else ""
    if sent:
        mail["In-Reply-To"] = f"<{sent}>"
    mail.set_content(text)
    told = {"RawEmail": b64encode(mail.as_bytes()).decode(), "OriginalRecipient": event.creditor.email}
    return Received({"content-type": "application/json"}, {}, json.dumps(told).encode())


def _last_mail(account: Account, before: datetime) -> str:
    rows = Message.objects.filter(outbox__account=account, outbox__channel="email", outbox__finished_at__lt=before)
    return rows.order_by("-outbox__finished_at").values_list("message_id", flat=True).first() or ""


# --- what the team does ----------------------------------------------------------------------------------------------


def _by_the_team(event: _Event) -> None:
    """As their screen would. What can no longer be done is not done."""
    thread = read.conversation_of(event.who.account.party_id, event.creditor.pk) if event.who else None
    user, chief = (_user(name) for name in ("gestor", "supervisor"))
    if thread is None or user is None:
        return
    at, ids, firm, act = event.at, [thread.pk], event.creditor.pk, event.turn.act
    try:
        if act == talks.NOTES:
            write_threads.note(conversation_id=thread.pk, text=event.turn.text, at=at, by=chief or user)
        elif act == talks.REPLIES:
            last = ThreadMessage.objects.filter(conversation=thread).order_by("-at").first()
            way = speaking.way_back(last) if last else None
            if way is not None:
                speaking.write_to(
                    thread=thread, channel=way.channel, text=event.turn.text, key=f"demo:{event.number}:{at:%d%H}",
                    at=at, by=user, point_id=way.point.pk,
                )  # fmt: skip
                write_threads.change(creditor_id=firm, ids=ids, act="attend", at=at)
        elif act in (talks.TAKES, talks.GIVES):
            write_threads.change(
                creditor_id=firm, ids=ids, act="assign", at=at, to=user if act == talks.TAKES else chief
            )  # fmt: skip
        elif act == talks.SNOOZES:
            write_threads.change(creditor_id=firm, ids=ids, act="snooze", at=at, until=at + timedelta(days=4))
    except (Refused, UnusableInput):
        return


def _user(name: str) -> int | None:
    pk: int | None = get_user_model().objects.filter(username=name).values_list("pk", flat=True).first()
    return pk
