"""A small stateful HTTP server on loopback for stand-ins of outside parties: routes, idempotency keys, faults on
demand.
"""

from __future__ import annotations

import contextlib
import json
import re
import threading
import urllib.request
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import attrs


@attrs.frozen
class Request:
    """What came in. Header names are lower case; repeated query parameters keep their last value."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body or b"{}")

    def form(self) -> dict[str, str]:
        return {k: v[-1] for k, v in parse_qs(self.body.decode(), keep_blank_values=True).items()}


@attrs.frozen
class Sent:
    """A webhook ready to leave: signed, as the gateway would post it."""

    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes


@attrs.frozen
class Page:
    """An answer for people: HTML, or a way to another address."""

    html: str = ""
    location: str = ""

    @property
    def status(self) -> int:
        return 303 if self.location else 200


class Problem(Exception):
    """An answer with an error status."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(status)
        self.status, self.body = status, body


Handler = Callable[..., Any]


def post(address: str, sent: Sent) -> None:
    """Deliver a notice, apart, so that whoever acted does not wait. Nobody there: it is lost, as happens in life."""

    def deliver() -> None:
        query = urlencode(sent.query)
        request = urllib.request.Request(f"{address}?{query}", sent.body, dict(sent.headers), method="POST")
        request.add_header("content-type", "application/json")
        with contextlib.suppress(OSError), urllib.request.urlopen(request, timeout=10):
            pass

    threading.Thread(target=deliver, daemon=True).start()


class Loopback:
    """Subclasses list `routes` as (method, pattern, name of the method); groups of the pattern are its arguments."""

    routes: tuple[tuple[str, str, str], ...] = ()
    key_header = "idempotency-key"

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.seen: list[Request] = []
        self.outbox: list[Sent] = []
        self.faults: list[int] = []
        self.answers: dict[str, Any] = {}
        self.base = ""
        self._server: ThreadingHTTPServer | None = None

    def __enter__(self) -> Loopback:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> str:
        """Listens on a free port of 127.0.0.1; gives the base address."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self.url

    @property
    def url(self) -> str:
        """Where it listens; `base` when tests call `answer` without a socket."""
        if self._server is None:
            return self.base
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def stop(self) -> None:
        if self._server:
            self._server.shutdown()
            self._server.server_close()

    def fail_next(self, *statuses: int) -> None:
        """The next calls answer these statuses instead of working."""
        self.faults += statuses

    def answer(self, request: Request) -> tuple[int, Any]:
        """One call, alone: the state never changes under two hands. A repeated key gets its first answer again."""
        with self.lock:
            self.seen.append(request)
            if self.faults:
                return self.faults.pop(0), {"message": "simulated failure"}
            key = f"{request.path} {request.headers[self.key_header]}" if self.key_header in request.headers else ""
            if key in self.answers and key:
                return 200, self.answers[key]
            try:
                body = self._route(request)
            except Problem as problem:
                return problem.status, problem.body
            if key and request.method == "POST":
                self.answers[key] = body
            return body.status if isinstance(body, Page) else 200, body

    def _route(self, request: Request) -> Any:
        for method, pattern, name in self.routes:
            match = re.fullmatch(pattern, request.path)
            if match and method == request.method:
                return getattr(self, name)(request, *match.groups())
        raise Problem(404, {"message": "not found"})


def _handler_of(simulator: Loopback) -> type[BaseHTTPRequestHandler]:
    class Http(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            parts = urlsplit(self.path)
            query = {k: v[-1] for k, v in parse_qs(parts.query, keep_blank_values=True).items()}
            headers = {k.lower(): v for k, v in self.headers.items()}
            body = self.rfile.read(int(headers.get("content-length", "0")))
            status, document = simulator.answer(Request(self.command, parts.path, query, headers, body))
            page = document if isinstance(document, Page) else None
            payload = page.html.encode() if page else json.dumps(document, default=float).encode()
            self.send_response(status)
            self.send_header("content-type", "text/html; charset=utf-8" if page else "application/json")
            if page and page.location:
                self.send_header("location", page.location)
            self.send_header("content-length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        do_GET = do_POST = do_PATCH = do_DELETE = _serve

        def log_message(self, *_: object) -> None: ...

    return Http
