"""Two agents never hold the same person: one by one, at random, and many at once."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desk_house import ELEVEN, agent, company, people, queued
from puntual.apps.workbench import read, write
from puntual.apps.workbench.models import AgentProfile, DeskLock, Handling, QueueRow
from puntual.core.errors import Refused


@pytest.mark.django_db
def test_each_agent_takes_the_best_that_nobody_holds():
    house = company()
    first, second, third = people(house, 3)
    queued(house, [first, second, third])
    ana, beto = agent("ana"), agent("beto")
    assert _take(house, ana).account_id == first.pk
    assert _take(house, beto).account_id == second.pk
    assert _take(house, ana).account_id == first.pk, "whoever holds one keeps it"


@pytest.mark.django_db
def test_the_own_desk_and_the_common_queue_are_one_queue():
    house = company()
    vip, common, other = people(house, 3)
    ana, beto = agent("ana"), agent("beto")
    queued(house, [common], desk=0, grp=2)
    queued(house, [vip], desk=ana.pk, grp=1)
    queued(house, [other], desk=beto.pk, grp=1)
    assert _take(house, ana).account_id == vip.pk
    write.let_go(agent_id=ana.pk, now=ELEVEN)
    assert _take(house, ana).account_id == common.pk
    write.let_go(agent_id=ana.pk, now=ELEVEN)
    assert _take(house, ana) is None, "what is on Beto's desk is Beto's"


@pytest.mark.django_db
def test_a_case_that_asks_for_a_skill_goes_only_to_who_has_it():
    house = company()
    hard, plain = people(house, 2)
    queued(house, [hard, plain])
    QueueRow.objects.filter(account=hard).update(skill="negociación")
    ana, beto = agent("ana"), agent("beto")
    AgentProfile.objects.create(user=beto, skills=["negociación"])
    assert _take(house, ana).account_id == plain.pk
    assert _take(house, beto).account_id == hard.pk


@pytest.mark.django_db
def test_a_person_held_for_one_creditor_is_not_taken_for_another():
    norte, sur = company(), company("sur", name="Muebles del Sur")
    mine = people(norte, 1)[0]
    again = people(sur, 1)[0]
    assert again.party_id == mine.party_id, "one person, two creditors"
    queued(norte, [mine])
    queued(sur, [again])
    ana, beto = agent("ana"), agent("beto")
    assert _take(norte, ana).party_id == mine.party_id
    assert _take(sur, beto) is None
    with pytest.raises(Refused, match="otra persona del equipo"):
        write.take(
            party_id=again.party_id, account_id=again.pk, creditor_id=sur.pk, agent_id=beto.pk, now=ELEVEN, hold_s=300
        )
    assert DeskLock.objects.get().agent_id == ana.pk


@pytest.mark.django_db
def test_a_hold_without_a_heartbeat_ends_and_its_handling_says_so():
    house = company()
    [only] = people(house, 1)
    queued(house, [only])
    ana, beto = agent("ana"), agent("beto")
    _take(house, ana)
    assert write.beat(agent_id=ana.pk, now=ELEVEN + timedelta(seconds=250), hold_s=300)
    assert _take(house, beto, ELEVEN + timedelta(seconds=400)) is None
    late = ELEVEN + timedelta(seconds=600)
    assert _take(house, beto, late).account_id == only.pk
    assert not write.beat(agent_id=ana.pk, now=late, hold_s=300)
    with pytest.raises(Refused, match="Ya no tiene tomada"):
        write.holding(agent_id=ana.pk, now=late)
    ended = Handling.objects.get(agent=ana)
    assert (ended.outcome, ended.closed_at - ended.taken_at) == ("expired", timedelta(seconds=550))


@pytest.mark.django_db
def test_who_hands_over_puts_it_at_the_head_of_the_other_one():
    house = company()
    first, second = people(house, 2)
    queued(house, [first, second])
    ana, beto = agent("ana"), agent("beto")
    _take(house, ana)
    write.hand_over(agent_id=ana.pk, to_agent=beto.pk, now=ELEVEN)
    assert read.held_by(ana.pk, ELEVEN) is None
    assert _take(house, beto).account_id == first.pk
    assert read.row_of(house.pk, first.party_id).sentence == "Otra persona del equipo se lo pasó."


_STEPS = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from(["take", "let_go", "beat", "wait", "hand_over"])), max_size=25
)


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=_STEPS)
def test_whatever_agents_do_nobody_is_held_twice(steps):
    from django.db import transaction

    with transaction.atomic():
        house = company()
        queued(house, people(house, 5))
        team = [agent(name) for name in ("ana", "beto", "ceci", "david")]
        now, holders = ELEVEN, {}
        for who, act in steps:
            now += timedelta(seconds=20)
            holders = {a: (p, until) for a, (p, until) in holders.items() if until > now}
            _step(act, house, team, who, now, holders)
            held = Counter(party for party, _ in holders.values())
            assert not held or max(held.values()) == 1
            alive = dict(DeskLock.objects.filter(expires_at__gt=now).values_list("agent_id", "party_id"))
            assert alive == {a: p for a, (p, _) in holders.items()}
        transaction.set_rollback(True)


def _step(act, house, team, who, now, holders):
    me = team[who].pk
    ends = now + timedelta(seconds=300)
    if act == "take":
        lock = write.take_next(creditor_id=house.pk, agent_id=me, now=now)
        if lock is not None and me not in holders:
            holders[me] = (lock.party_id, ends)
    elif act == "let_go":
        assert write.let_go(agent_id=me, now=now) == (me in holders)
        holders.pop(me, None)
    elif act == "beat":
        if write.beat(agent_id=me, now=now, hold_s=300):
            holders[me] = (holders[me][0], ends)
    elif act == "hand_over" and me in holders:
        write.hand_over(agent_id=me, to_agent=team[(who + 1) % 4].pk, now=now)
        holders.pop(me)


@pytest.mark.django_db(transaction=True)
def test_many_at_once_never_take_the_same_one():
    house = company()
    accounts = people(house, 40)
    queued(house, accounts)
    team = [agent(f"a{n}").pk for n in range(8)]
    took, gate, faults = [], threading.Barrier(len(team)), []

    def work(me):
        try:
            gate.wait()
            for turn in range(5):
                lock = write.take_next(creditor_id=house.pk, agent_id=me, now=ELEVEN + timedelta(seconds=turn))
                took.append(lock.account_id)
                write.let_go(agent_id=me, now=ELEVEN + timedelta(seconds=turn))
        except Exception as error:  # a thread's failure must fail the test, not vanish
            faults.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(me,)) for me in team]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert faults == []
    assert Counter(took) == Counter(a.pk for a in accounts), "each one once, none left out"
    assert not DeskLock.objects.exists()


def _take(house, who, now=ELEVEN):
    return write.take_next(creditor_id=house.pk, agent_id=who.pk, now=now)
