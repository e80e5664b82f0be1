"""The demonstration's desk: queues of the last two working days with what was noted of their people, a round of visits
and another one planned, practices of hard conversations, goals. All of it by the product's own writers: a call that the
law does not allow at its hour is not in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal

from django.contrib.auth import get_user_model

from puntual.apps.parties import read as parties
from puntual.apps.parties import write as parties_write
from puntual.apps.parties.models import Account, Creditor
from puntual.apps.policies import read_rules
from puntual.apps.receivables import read as receivables
from puntual.apps.training import write as training
from puntual.apps.visits import write as visits
from puntual.apps.workbench import write, write_acts, write_assign, write_scripts
from puntual.apps.workbench.models import DeskLock, QueueRow
from puntual.core.errors import Refused, UnusableInput
from puntual.core.negotiation.quote import Terms
from puntual.core.time import local_date, local_instant
from puntual.pipeline import desk

#: What each conversation of a day came to, how long it lasted (minutes) and its wrap-up (seconds).
_DAY = (
    ("promise", 4, 8), ("no_answer", 1, 4), ("informed", 3, 6), ("voicemail", 1, 5), ("agreement", 6, 9),
    ("says_paid", 2, 7), ("busy", 1, 3), ("call_back", 2, 8), ("cannot_pay", 4, 9), ("third_party", 1, 5),
)  # fmt: skip
_GOALS = (("promises_kept_pct", "80", 40), ("recovered_minor", "250000", 40), ("quality", "85", 20))
_STREETS = ("Av. Insurgentes Sur 1602", "Calle Durango 245", "Av. Universidad 1200", "Calle Orizaba 101",
            "Eje Central 480", "Calle Tonalá 33")  # fmt: skip
_PLACES = ((19.3727, -99.1795), (19.4190, -99.1680))
_GOOD = (
    "Buenas tardes, le saluda Gloria, de Aurora. ¿Hablo con Marta?",
    "Gracias, Marta. Le llamo por una factura de $1,200. ¿Alcanzó a verla?",
    "No se preocupe. ¿Qué día le queda bien?",
    "Entonces quedamos el viernes por $1,200. Gracias.",
)
_FRIDAY = 4
_BAD = ("Le hablo de su deuda.", "Tiene que pagar hoy mismo, sin excusas.")


def fill(creditor: Creditor, days: Sequence[datetime], now: datetime) -> None:
    """The desk of one company. `days`: its last lawful mornings, the newest first. Without the demonstration's people
    there is only the queue."""
    people = {u.username: u.pk for u in get_user_model().objects.filter(is_active=True)}
    write_scripts.install(creditor_id=creditor.pk, at=now - timedelta(days=60))
    agents = [people[name] for name in ("gestor", "supervisor") if name in people]
    worked = days[:2][::-1] if agents and creditor.country == "MX" else ()
    for n, morning in enumerate(worked):
        desk.build_queue(creditor=creditor, now=morning)
        _day(creditor, agents, morning, now, n)
    if not worked and days:
        desk.build_queue(creditor=creditor, now=days[0])
    if worked:
        _team(creditor, people)
        _practices(creditor, agents[0], now)
        _rounds(creditor, agents[0], days)


def _day(creditor: Creditor, agents: Sequence[int], morning: datetime, now: datetime, n: int) -> None:
    """A morning of two agents, from ten on; nothing later than now."""
    at = local_instant(local_date(morning, creditor.zone), time(10, 5), creditor.zone)
    for i, (code, minutes, wrap_s) in enumerate(_DAY):
        begun = at + timedelta(minutes=9 * i)
        if begun + timedelta(minutes=minutes + 1) > now:
            return
        agent = agents[i % len(agents) if i % 5 == 0 else 0]
        lock = write.take_next(creditor_id=creditor.pk, agent_id=agent, now=begun, hold_s=600)
        if lock is None:
            return
        account = Account.objects.select_related("creditor", "party").get(pk=lock.account_id)
        try:
            _talk(account, lock, begun, begun + timedelta(minutes=minutes), wrap_s, code, f"{creditor.pk}:{n}:{i}")
        except (Refused, UnusableInput):
            write.let_go(agent_id=agent, now=begun + timedelta(minutes=1))


def _talk(account: Account, lock: DeskLock, begun: datetime, ended: datetime, wrap_s: int, code: str, key: str) -> None:
    """One call inside the law, and what it came to."""
    agent = lock.agent_id
    phone = next((p for p in parties.points([account.party_id])[account.party_id] if p.kind == "phone"), None)
    if phone is None:
        raise UnusableInput("Esta persona no tiene un teléfono.")
    desk.place_call(account=account, point_id=phone.pk, now=begun + timedelta(seconds=20), user_id=agent)
    write.mark_ended(agent_id=agent, account_id=account.pk, now=ended)
    zone, at = account.creditor.zone, ended + timedelta(seconds=wrap_s)
    by = write_acts.By(agent=agent, account=account.pk, at=at, key=f"demo-gestion:{key}", zone=zone)
    rules = read_rules.negotiation_rules(account.creditor_id, account.policy_id, at)
    owed = sum(b.open_minor for b in receivables.open_items(account.pk) if b.currency == account.creditor.currency)
    if code == "promise":
        write_acts.note_promise(by=by, amount_minor=owed, promised_on=by.today + timedelta(days=4), rules=rules)
    elif code == "agreement":
        terms = Terms(3, "month", by.today + timedelta(days=7))
        write_acts.note_agreement(by=by, terms=terms, rules=rules)
    elif code == "call_back":
        write_acts.note_call_back(by=by, when=local_instant(by.today + timedelta(days=1), time(16, 30), zone))
    else:
        write_acts.note_result(by=by, code=code)


def _team(creditor: Creditor, people: Mapping[str, int]) -> None:
    """What is rewarded in the month, and a customer who is always attended by the same person."""
    for metric, target, points in _GOALS:
        write_assign.save_goal(creditor_id=creditor.pk, metric=metric, target=Decimal(target), points=points)
    write_assign.save_profile(user_id=people["gestor"], values={"skills": [], "languages": ["es"], "minutes": 360})
    row = QueueRow.objects.filter(creditor=creditor, state="waiting").order_by("-amount_minor").first()
    if row is not None:
        write_assign.name_agent(party_id=row.party_id, agent_id=people["gestor"], because="Cliente desde 2019")


def _practices(creditor: Creditor, agent: int, now: datetime) -> None:
    """A conversation that went wrong, and the same one done well two days later."""
    for lines, at in ((_BAD, now - timedelta(days=3)), (_GOOD, now - timedelta(days=1))):
        row = training.begin(agent_id=agent, creditor_id=creditor.pk, case="olvido", now=at)
        for number, text in enumerate(lines, 1):
            said_at = at + timedelta(minutes=number)
            talk = training.say(practice_id=row.pk, agent_id=agent, number=number, text=text, now=said_at)
            if talk.mood.over:
                break
        training.finish(practice_id=row.pk, agent_id=agent, now=at + timedelta(minutes=9))


def _rounds(creditor: Creditor, agent: int, days: Sequence[datetime]) -> None:
    """Six customers with an address: three were visited on the last working day, the rest go in the next round."""
    today = local_date(days[0], creditor.zone)
    rows = QueueRow.objects.filter(creditor=creditor).order_by("-amount_minor").select_related("account")[:6]
    accounts = [row.account for row in rows]
    if len(accounts) < len(_STREETS):
        return
    parties_write.register_accounts(
        creditor=creditor, source="demo",
        rows=[
            parties_write.NewAccount(
                a.code, "", country=creditor.country,
                points=(parties_write.NewPoint("address", f"{street}, Ciudad de México"),),
            )
            for a, street in zip(accounts, _STREETS)
        ],
    )  # fmt: skip
    first = visits.plan(creditor=creditor, agent_id=agent, day=today, account_ids=[a.pk for a in accounts[:3]])
    released = visits.release(round_id=first.pk, creditor_id=creditor.pk, now=days[0], user_id=agent)
    gone = released.visits.filter(state="released").order_by("position")
    told = (("promise", "Paga el viernes en caja."), ("nobody", ""))
    for visit, (result, note), (lat, lon) in zip(gone, told, _PLACES):
        at = max(visit.planned_at, days[0])
        found = visits.Found(result, at, note, place={"lat": lat, "lon": lon, "accuracy": 12.0})
        visits.report(visit_id=visit.pk, found=found, now=at + timedelta(minutes=2))
    following = today + timedelta(days=1 if today.weekday() < _FRIDAY else 7 - today.weekday())
    visits.plan(creditor=creditor, agent_id=agent, day=following, account_ids=[a.pk for a in accounts[3:]])
