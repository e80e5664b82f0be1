"""The templates that we bring for WhatsApp to approve, and what it says of those that it has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import attrs
import yaml
from django.db import transaction

from puntual.apps.inbox import read as inbox
from puntual.apps.inbox import write as inbox_write
from puntual.apps.inbox.models import ChannelAccount, ProviderTemplate
from puntual.apps.outreach import lines
from puntual.apps.outreach.models import TemplateQuality
from puntual.apps.outreach.shipped import FOLDER, spoken
from puntual.core.errors import UnusableInput
from puntual.ports.inbound import NumberNews, TemplateNews

#: What Meta calls our languages.
CODES: Mapping[str, str] = {"es": "es", "pt": "pt_BR", "en": "en"}


@attrs.frozen
class Draft:
    """A template ready to be sent to WhatsApp: its body with holes, what fills each, its buttons (label, payload; the
    first opens the page)."""

    name: str
    language: str
    body: str
    parameters: tuple[str, ...]
    buttons: tuple[tuple[str, str], ...]

    @property
    def provider_name(self) -> str:
        return f"puntual_{self.name}"

    def whole(self) -> str:
        """Its words with their data named, and its buttons, as the linter reads them."""
        text = self.body
        for number, value in enumerate(self.parameters, 1):
            text = text.replace(f"{{{{{number}}}}}", value)
        return f"{text}\n" + "\n".join(f"{label}: {{{{ enlace.pagar }}}}" for label, _ in self.buttons[:1])

    def kept_buttons(self) -> list[tuple[int, str, str]]:
        """The buttons as a message fills them in."""
        pay = (0, "url", '{{ enlace.pagar | split: "/p/" | last }}')
        return [pay, *((i, "quick_reply", payload) for i, (_, payload) in enumerate(self.buttons[1:], 1))]


@attrs.frozen
class Kept:
    """A template as WhatsApp has it."""

    name: str
    language: str
    status: str
    category: str
    quality: str = ""
    reason: str = ""


@lru_cache(maxsize=1)
def _document() -> Mapping[str, Any]:
    document: Mapping[str, Any] = yaml.safe_load((FOLDER / "whatsapp.yaml").read_text(encoding="utf-8"))
    return document


def names() -> list[str]:
    """The messages that have a body for WhatsApp."""
    return list(_document()["cuerpos"])


def draft(name: str, language: str, form: str = "usted") -> Draft:
    """One of ours, in a form of address. UnusableInput when there is none."""
    document = _document()
    row = document["cuerpos"].get(name)
    if row is None or language not in CODES:
        raise UnusableInput(f"No hay un cuerpo de WhatsApp para «{name}» en «{language}».")
    labels = document["botones"][language]
    payloads = ["", *document["acciones"]]
    return Draft(
        name,
        language,
        spoken(row[language], form),
        tuple(document["datos"][row["datos"]]),
        tuple(zip(labels, payloads)),
    )


@transaction.atomic
def submitted(*, creditor_id: int, one: Draft, status: str, category: str) -> None:
    """WhatsApp took a template to look at it; until it approves, nothing is sent with it."""
    account = inbox.channel_account(creditor_id, "whatsapp")
    assert account is not None
    inbox_write.save_template(
        account=account, template=one.name, name=one.provider_name, language=CODES[one.language], body=one.body,
        parameters=one.parameters, buttons=one.kept_buttons(), category=category, state=_state(status),
    )  # fmt: skip


@transaction.atomic
def learnt(*, creditor_id: int, found: Sequence[Kept], at: datetime) -> int:
    """What WhatsApp says of the templates that we use: state, category and quality. Gives how many changed state."""
    account = inbox.channel_account(creditor_id, "whatsapp")
    by_name = {(one.name, one.language): one for one in found}
    changed = 0
    for row in account.templates.all() if account else ():  # type: ignore[attr-defined]
        one = by_name.get((row.name, row.language))
        state = _state(one.status) if one else "REJECTED"
        changed += state != row.state
        row.state, row.category = state, one.category if one else row.category
        row.save(update_fields=["state", "category"])
        note = one.reason if one else "WhatsApp ya no la tiene."
        told = {"quality": one.quality if one else "", "note": note[:300], "checked_at": at}
        TemplateQuality.objects.update_or_create(provider_template=row.pk, defaults=told)
    return changed


@transaction.atomic
def told(*, account_id: int, news: TemplateNews | NumberNews) -> int:
    """What WhatsApp says by itself of a template or of the number: heard by the account that it names, else by the one
    that it came to. In any order: what is older than what is known changes nothing. Gives how many changed."""
    if isinstance(news, NumberNews):
        return sum(
            lines.number_told(
                key=(account.creditor_id, "whatsapp"), quality=news.quality, people_a_day=news.people_a_day, at=news.at
            )
            for account in _accounts(account_id, news.business)
        )
    rows = ProviderTemplate.objects.filter(
        account__in=_accounts(account_id, news.business), name=news.name, language=news.language
    )
    return sum(_heard(row, news) for row in rows)


def _accounts(account_id: int, business: str) -> list[ChannelAccount]:
    """The accounts of that business id; the one that was called when none says whose it is."""
    every = [a for a in inbox.accounts() if a.channel == "whatsapp"]
    named = [a for a in every if business and inbox.secrets_of(a).get("waba_id") == business]
    return named or [a for a in every if a.pk == account_id]


def _heard(row: ProviderTemplate, news: TemplateNews) -> bool:
    known = TemplateQuality.objects.filter(provider_template=row.pk).first()
    if known is not None and news.at < known.checked_at:
        return False
    row.state, row.category = news.status or row.state, news.category or row.category
    row.save(update_fields=["state", "category"])
    quality = news.quality or (known.quality if known else "")
    note = news.note if news.status else known.note if known else ""
    TemplateQuality.objects.update_or_create(
        provider_template=row.pk, defaults={"quality": quality, "note": note, "checked_at": news.at}
    )
    return True


def _state(status: str) -> str:
    """Meta's word as ours; what is not known is not approved."""
    word = status.upper()
    return word if word in ("APPROVED", "REJECTED", "PAUSED", "DISABLED") else "PENDING"


@attrs.frozen
class Row:
    """A message in the catalogue: by language, how it stands."""

    name: str
    cells: tuple[Mapping[str, Any], ...]


def rows(creditor_id: int) -> list[Row]:
    """Every message of ours, and any other that the company uses, by language."""
    account = inbox.channel_account(creditor_id, "whatsapp")
    kept = list(account.templates.all()) if account else []  # type: ignore[attr-defined]
    said = {q.provider_template: q for q in TemplateQuality.objects.filter(provider_template__in=[k.pk for k in kept])}
    every = dict.fromkeys([*names(), *(k.template for k in kept)])
    return [Row(name, tuple(_cell(name, language, kept, said) for language in CODES)) for name in every]


def _cell(name: str, language: str, kept: Sequence[Any], said: Mapping[int, TemplateQuality]) -> Mapping[str, Any]:
    mine = next((k for k in kept if k.template == name and k.language[:2] == language), None)
    ours = draft(name, language) if name in names() else None
    return {"language": language, "kept": mine, "quality": said.get(mine.pk) if mine else None, "draft": ours}
