"""The simulator: bearer, templates with states and categories, the 24-hour window, rate limits, signed notices.

It runs without a socket behind an httpx transport (`transport()`), or on loopback (`start()`). Its clock is the test's.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

import attrs
import httpx

from puntual.simulators.loopback import Loopback, Request, Sent
from puntual.simulators.whatsapp.problems import body, problem, title

WINDOW = timedelta(hours=24)
#: The business account that every number of the simulator belongs to.
BUSINESS = "102290129340398"
#: One message every six seconds to the same person, with bursts that are not simulated (Meta, pair rate limits).
PAIR_EVERY = timedelta(seconds=6)


@attrs.frozen
class Template:
    """A template as Meta keeps it. `status`: APPROVED, PENDING, REJECTED, PAUSED or DISABLED."""

    name: str
    language: str
    body: str
    status: str = "APPROVED"
    category: str = "UTILITY"
    url_buttons: int = 0
    quality: str = "UNKNOWN"

    @property
    def parameters(self) -> int:
        return len(set(re.findall(r"\{\{(\d+)\}\}", self.body)))


@attrs.frozen
class PhoneNumber:
    """A business number: its id, its token, the secret that signs its notices."""

    phone_number_id: str = "106540352242922"
    access_token: str = "llave-de-prueba"
    app_secret: str = "secreto-de-la-app"
    display: str = "525550009999"
    per_second: int = 80


@attrs.frozen
class Person:
    """Somebody with WhatsApp. `hidden`: the phone is not told to businesses."""

    wa_id: str
    user_id: str
    name: str = "Lucía"
    hidden: bool = False


@attrs.frozen
class Delivered:
    """A message that the person would see."""

    wamid: str
    to: str
    text: str
    kind: str
    tracker: str
    at: datetime


class WhatsAppSimulator(Loopback):
    """The Cloud API of one business number."""

    routes = (
        ("POST", r"/v\d+\.\d+/(\w+)/messages", "take"),
        ("GET", r"/v\d+\.\d+/(\w+)/message_templates", "templates_of"),
        ("POST", r"/v\d+\.\d+/(\w+)/message_templates", "looks_at"),
    )

    def __init__(self, number: PhoneNumber, now: Callable[[], datetime]) -> None:
        super().__init__()
        self.number, self.now = number, now
        self.templates: dict[tuple[str, str], Template] = {}
        self.people: dict[str, Person] = {}
        self.delivered: list[Delivered] = []
        self._by_number: dict[str, Person] = {}
        self._by_user: dict[str, Person] = {}
        self._recent: deque[datetime] = deque()
        self._heard: dict[str, datetime] = {}
        self._last: dict[str, datetime] = {}
        self._counter = 0

    # --- the API ---

    def take(self, request: Request, phone_number_id: str) -> dict[str, Any]:
        """POST /messages."""
        self._login(request)
        if phone_number_id != self.number.phone_number_id:
            raise problem(100, "Unsupported post request: no such phone number")
        said = request.json()
        if said.get("messaging_product") != "whatsapp":
            raise problem(100, "The parameter messaging_product is required.")
        person = self._person(said)
        self._limits(person)
        words = self._words(said, person)
        wamid = self._id()
        tracker = str(said.get("biz_opaque_callback_data", ""))
        self.delivered.append(Delivered(wamid, person.wa_id, words, said["type"], tracker, self.now()))
        self._last[person.wa_id] = self.now()
        self._recent.append(self.now())
        contact = {"input": said.get("to") or said.get("recipient"), "wa_id": person.wa_id, "user_id": person.user_id}
        return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": wamid}]}

    def templates_of(self, request: Request, _account: str) -> dict[str, Any]:
        """GET /message_templates."""
        self._login(request)
        kept = ("name", "language", "status", "category")
        rows = [
            {k: getattr(t, k) for k in kept} | {"quality_score": {"score": t.quality}, "rejected_reason": "NONE"}
            for t in self.templates.values()
        ]
        return {"data": rows, "paging": {"cursors": {"before": "", "after": ""}}}

    def looks_at(self, request: Request, _account: str) -> dict[str, Any]:
        """POST /message_templates: every hole needs an example, names are lower case, and it waits to be approved."""
        self._login(request)
        said = request.json()
        text = next(c for c in said["components"] if c["type"] == "BODY")
        buttons = next((c["buttons"] for c in said["components"] if c["type"] == "BUTTONS"), [])
        holes = len(set(re.findall(r"\{\{(\d+)\}\}", text["text"])))
        if not re.fullmatch(r"[a-z0-9_]{1,512}", said["name"]) or len(text["text"]) > 1024:
            raise problem(100, "Invalid parameter")
        if holes != len(text.get("example", {}).get("body_text", [[]])[0]):
            raise problem(100, "Message template components param is missing expected field(s): example")
        if len(buttons) > 10 or any(len(b["text"]) > 25 for b in buttons):
            raise problem(100, "Buttons: at most 10, of 25 characters")
        urls = sum(b["type"] == "URL" for b in buttons)
        self.add(Template(said["name"], said["language"], text["text"], "PENDING", said["category"], urls))
        return {"id": "572279198452421", "status": "PENDING", "category": said["category"]}

    def _login(self, request: Request) -> None:
        if request.headers.get("authorization") != f"Bearer {self.number.access_token}":
            raise problem(190, "Error validating access token: Session has expired")

    def _person(self, said: dict[str, Any]) -> Person:
        to = _plain(str(said.get("to", "")))
        found = self._by_number.get(to) or self._by_user.get(str(said.get("recipient", "")))
        if found is None:
            raise problem(131026, "Message failed to send because the recipient is not on WhatsApp.")
        return found

    def _limits(self, person: Person) -> None:
        now = self.now()
        while self._recent and self._recent[0] <= now - timedelta(seconds=1):
            self._recent.popleft()
        if len(self._recent) >= self.number.per_second:
            raise problem(130429, "Message failed to send because there were too many messages sent.")
        last = self._last.get(person.wa_id)
        if last is not None and now - last < PAIR_EVERY:
            raise problem(131056, "Too many messages from this phone number to the same phone number.")

    def _words(self, said: dict[str, Any], person: Person) -> str:
        if said["type"] == "template":
            return self._filled(said["template"])
        heard = self._heard.get(person.wa_id)
        if heard is None or self.now() - heard >= WINDOW:
            raise problem(131047, "More than 24 hours have passed since the customer last replied.")
        if said["type"] == "text":
            return str(said["text"]["body"])
        if said["type"] == "document":
            return str(said["document"].get("caption", "")) + f" [{said['document']['link']}]"
        raise problem(131009, f"Unsupported type {said['type']}")

    def _filled(self, asked: dict[str, Any]) -> str:
        found = self.templates.get((asked["name"], asked["language"]["code"]))
        if found is None or found.status in ("PENDING", "REJECTED"):
            raise problem(132001, f"template name ({asked['name']}) does not exist in {asked['language']['code']}")
        if found.status in ("PAUSED", "DISABLED"):
            raise problem(132015 if found.status == "PAUSED" else 132016)
        parts = asked.get("components", [])
        values = [p["text"] for c in parts if c["type"] == "body" for p in c["parameters"]]
        if len(values) != found.parameters:
            raise problem(132000, f"number of localizable_params ({len(values)}) does not match ({found.parameters})")
        if any(re.search(r"[\n\t]| {5}", value) or not value for value in values):
            raise problem(132012, "Param text cannot have new-line/tab characters or more than 4 consecutive spaces")
        urls = sum(c["type"] == "button" and c["sub_type"] == "url" for c in parts)
        if urls != found.url_buttons:
            raise problem(131008, f"buttons: expected {found.url_buttons} URL parameters, got {urls}")
        return re.sub(r"\{\{(\d+)\}\}", lambda m: values[int(m.group(1)) - 1], found.body)

    # --- notices, signed as Meta signs them ---

    def writes(self, person: Person, text: str, *, reply_to: str = "", at: datetime | None = None) -> Sent:
        """The notice of a message of a person; opens the window."""
        moment = at or self.now()
        self._heard[person.wa_id] = max(moment, self._heard.get(person.wa_id, moment))
        said: dict[str, Any] = {"id": self._id(), "timestamp": str(int(moment.timestamp())), "type": "text"}
        said |= {"text": {"body": text}, "from_user_id": person.user_id}
        contact: dict[str, Any] = {"profile": {"name": person.name}, "user_id": person.user_id}
        if not person.hidden:
            said["from"] = contact["wa_id"] = person.wa_id
        if reply_to:
            said["context"] = {"from": self.number.display, "id": reply_to}
        return self.notice({"contacts": [contact], "messages": [said]})

    def status(self, message: Delivered, status: str, *, code: int = 0, at: datetime | None = None) -> Sent:
        """The notice of what became of a message."""
        moment = at or self.now()
        told: dict[str, Any] = {
            "id": message.wamid, "status": status, "timestamp": str(int(moment.timestamp())),
            "recipient_id": message.to, "biz_opaque_callback_data": message.tracker,
            "pricing": {"billable": True, "pricing_model": "PMP", "category": "utility"},
        }  # fmt: skip
        if code:
            told["errors"] = [body(code, title(code), "") | {"title": title(code)}]
        return self.notice({"statuses": [told]})

    def judges(self, name: str, language: str, event: str, *, reason: str = "NONE", at: datetime | None = None) -> Sent:
        """The notice that a template was APPROVED, REJECTED, PAUSED, DISABLED...; from now on it is so."""
        kept = self.templates[name, language]
        status = {"REINSTATED": "APPROVED", "FLAGGED": kept.status}.get(event, event)
        self.add(attrs.evolve(kept, status=status))
        told = {"event": event, "message_template_id": 572279198452421, "message_template_name": name,
                "message_template_language": language, "reason": reason}  # fmt: skip
        return self.news("message_template_status_update", told, at=at)

    def news(self, field: str, value: dict[str, Any], *, at: datetime | None = None) -> Sent:
        """A notice about the account itself, not about messages: its instant is that of the whole notice."""
        moment = int((at or self.now()).timestamp())
        return self._signed({"id": BUSINESS, "time": moment, "changes": [{"value": value, "field": field}]})

    def notice(self, value: dict[str, Any]) -> Sent:
        """A value as Meta posts it, with its signature."""
        metadata = {"display_phone_number": self.number.display, "phone_number_id": self.number.phone_number_id}
        whole = {"messaging_product": "whatsapp", "metadata": metadata} | value
        return self._signed({"id": BUSINESS, "changes": [{"value": whole, "field": "messages"}]})

    def _signed(self, entry: dict[str, Any]) -> Sent:
        document = {"object": "whatsapp_business_account", "entry": [entry]}
        raw = json.dumps(document, ensure_ascii=False).encode()
        mac = hmac.new(self.number.app_secret.encode(), raw, hashlib.sha256).hexdigest()
        return Sent({"content-type": "application/json", "x-hub-signature-256": f"sha256={mac}"}, {}, raw)

    @staticmethod
    def troubled(notices: Iterable[Sent]) -> list[Sent]:
        """The notices as a bad day brings them: the last first, and every one twice."""
        backwards = list(notices)[::-1]
        return [one for notice in backwards for one in (notice, notice)]

    # --- ways in ---

    def add(self, *known: Template | Person) -> None:
        for one in known:
            if isinstance(one, Template):
                self.templates[one.name, one.language] = one
            else:
                self.people[one.wa_id] = one
                self._by_number[_plain(one.wa_id)] = self._by_user[one.user_id] = one

    def transport(self) -> httpx.MockTransport:
        """The simulator behind an httpx client, without a socket."""

        def handle(request: httpx.Request) -> httpx.Response:
            headers = {k.lower(): v for k, v in request.headers.items()}
            asked = Request(request.method, request.url.path, dict(request.url.params), headers, request.content)
            status, document = self.answer(asked)
            return httpx.Response(status, json=document)

        return httpx.MockTransport(handle)

    def _id(self) -> str:
        self._counter += 1
        return f"wamid.HBgN{self._counter:08d}"


def _plain(number: str) -> str:
    """The same person with or without the digit that WhatsApp adds in Mexico and Argentina."""
    return re.sub(r"^(52)1(?=\d{10}$)|^(54)9(?=\d{10}$)", lambda m: m.group(1) or m.group(2), number)
