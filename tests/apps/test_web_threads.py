"""The web's threads stay, each with its connection: a request finds one that is free, and no thread is born for it."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from asgiref.sync import sync_to_async

from puntual.project.asgi import SEATS, Handler

HTTP = {"type": "http"}


def run(coroutine):
    """In a thread without a loop of its own: another test's browser may keep one in this one."""
    with ThreadPoolExecutor(max_workers=1) as apart:
        return apart.submit(asyncio.run, coroutine).result()


class Watched(Handler):
    """Tells on which thread the synchronous work of each request ran."""

    def __init__(self):
        super().__init__()
        self.ran_on, self.together = [], None

    async def handle(self, scope, receive, send):
        if self.together is not None:
            await self.together.wait()
        self.ran_on.append(await sync_to_async(threading.get_ident)())
        if scope.get("fails"):
            raise RuntimeError


def test_one_after_the_other_they_use_the_same_thread():
    async def ten():
        web = Watched()
        for _ in range(10):
            await web(HTTP, None, None)
        return web.ran_on

    ran_on = run(ten())
    assert len(ran_on) == 10 and len(set(ran_on)) == 1
    assert ran_on[0] != threading.get_ident()


def test_at_once_each_has_its_own_and_beyond_the_seats_they_share():
    async def many(count):
        web = Watched()
        web.together = asyncio.Barrier(count)
        await asyncio.gather(*(web(HTTP, None, None) for _ in range(count)))
        return web.ran_on

    assert len(set(run(many(3)))) == 3
    crowd = run(many(3 * SEATS))
    assert len(set(crowd)) == SEATS
    assert {crowd.count(one) for one in crowd} == {3}, "nobody has more than the others"


def test_a_request_that_fails_leaves_its_thread_to_the_next():
    async def fails_then_works():
        web = Watched()
        with pytest.raises(RuntimeError):
            await web({**HTTP, "fails": True}, None, None)
        await web(HTTP, None, None)
        return web

    web = run(fails_then_works())
    assert len(set(web.ran_on)) == 1
    assert [seat.busy for seat in web.seats] == [0] * SEATS


def test_what_is_not_http_is_refused():
    web = Watched()
    with pytest.raises(ValueError, match="websocket"):
        run(web({"type": "websocket"}, None, None))
    assert web.ran_on == []
