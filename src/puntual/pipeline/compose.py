"""Compose: the words of each reminder from the facts of its moment, a batch at a time; `envelope` closes it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import attrs
import polars as pl

from puntual.apps.inbox import read as inbox
from puntual.apps.negotiation import read as negotiation
from puntual.apps.outreach import chosen_words, wording
from puntual.apps.outreach.chosen_words import Asked
from puntual.apps.outreach.models import Outbox
from puntual.apps.outreach.wording import Facts, Line
from puntual.apps.parties import read as parties
from puntual.apps.parties.models import Creditor
from puntual.apps.policies import read as policies
from puntual.apps.receivables import read as receivables
from puntual.apps.receivables.models import DueBalance
from puntual.core.time import local_date
from puntual.pipeline import enclosures, envelope, savings
from puntual.pipeline.costing import Tariff

#: What a row tells that is no word: which documents it is about, whose answer it brings.
_IDS = ("invoices", "documents", "dispute", "deal")


def messages(
    rows: Sequence[Outbox], links: Callable[[Mapping[int, int | None]], Mapping[int, str]], now: datetime
) -> dict[int, envelope.Composed]:
    """outbox id -> its message. A row whose person was erased or whose contact is gone has none."""
    creditors = {c.pk: c for c in parties.creditors()}
    people = parties.people(row.party_id for row in rows)
    keys = parties.keys_of(row.party_id for row in rows)
    values = parties.point_values([row.contact_point_id for row in rows if row.contact_point_id])
    items = receivables.open_items_by_account([row.account_id for row in rows])
    favour = receivables.open_balance(row.account_id for row in rows)
    urls = links({row.account_id: row.contact_point_id for row in rows})
    first_days = policies.first_days(row.policy_version_id for row in rows)
    by_whatsapp = [row.party_id for row in rows if row.channel == "whatsapp"]
    written = inbox.wrote_since(by_whatsapp, "whatsapp", now - envelope.WINDOW)
    own, tones, segments = chosen_words.own_of(creditors), policies.tones(rows), parties.segments_of(rows)
    tariff, files, saved = Tariff(), enclosures.for_rows(rows), savings.for_rows(rows, items, now)
    made = {}
    for row in rows:
        if row.party_id not in keys or row.contact_point_id not in values:
            continue
        creditor, person = creditors[row.creditor_id], people[row.party_id]
        balance = favour.get((row.account_id, row.currency))
        day = local_date(now, creditor.zone)
        open_items = [i for i in items.get(row.account_id, []) if asked_for(row, i, day, first_days)]
        tone = tones.get((row.policy_version_id, row.step), "cordial")
        language = chosen_words.language_for(person.language, person.country or creditor.country)
        facts = attrs.evolve(
            facts_of(
                creditor, person, row.currency, open_items, balance.unapplied_minor if balance else 0,
                urls[row.account_id], day,
            ),
            language=language, tone=tone,
            extra={
                "adjunto": row.pk in files,
                **_said(saved.get(row.pk, {}), creditor.country, language),
                **told_by(row, creditor.country, language),
            },
        )  # fmt: skip
        asked = Asked(
            creditor.pk, row.template, row.channel, language, creditor.address_form, person.country,
            segments.get(row.account_id, ""), tone, row.party_id,
        )  # fmt: skip
        said = chosen_words.choose(asked, own)
        chosen = envelope.Spoken(
            row, creditor, values[row.contact_point_id], facts, keys[row.party_id],
            wording.word(facts, subject=said.subject, text=said.text), row.party_id in written, said.variant,
            said.accents,
        )  # fmt: skip
        made[row.pk] = envelope.close(chosen, tariff, now, attachments=files.get(row.pk, ()))
    return made


def told_by(row: Outbox, country: str, language: str) -> dict[str, Any]:
    """What only this message tells, for its words; ids are not words, amounts and days become words of its language.
    What was answered to a dispute lies sealed where it was written."""
    told = {name: _said(value, country, language) for name, value in (row.tells or {}).items() if name not in _IDS}
    if row.tells and "dispute" in row.tells:
        told["aclaracion"] = {
            **told.get("aclaracion", {}),
            "resultado": negotiation.outcome_of(row.tells["dispute"]) or None,
        }
    return told


def _said(value: Any, country: str, language: str) -> Any:
    if not isinstance(value, dict):
        return None if value == "" else value  # to a template of Liquid an empty text is still something to say
    if set(value) == {"minor", "currency"}:
        return wording.amount(value["minor"], value["currency"], country)
    if set(value) == {"day"}:
        return wording.day_text(date.fromisoformat(value["day"]), country, language)
    return {name: _said(one, country, language) for name, one in value.items()}


def asked_for(row: Outbox, item: DueBalance, day: date, first_days: Mapping[tuple[int, str], int]) -> bool:
    """Whether a message speaks of this due item: in its currency, and not further from due than the policy's first
    step."""
    version = row.policy_version_id or 0
    first = first_days.get((version, row.step), first_days.get((version, "")))
    only = (row.tells or {}).get("invoices")
    if only is not None and item.due_item.invoice_id not in only:
        return False
    return item.currency == row.currency and (first is None or (day - item.due_on).days >= first)


def words_for(creditor: Creditor, template: str, channel: str, language: str) -> tuple[str, str]:
    """Subject and text of a template: the creditor's own words, else those that come with the product."""
    spoken = chosen_words.language_for(language, creditor.country)
    asked = Asked(creditor.pk, template, channel, spoken, creditor.address_form)
    said = chosen_words.choose(asked, chosen_words.own_of([creditor.pk]))
    return said.subject, said.text


def facts_of(
    creditor: Creditor, person: parties.Person, currency: str, items: Sequence, favour_minor: int, link: str, day: date
) -> Facts:
    """What may be said about one account today."""
    lines = [
        Line(item.due_item.invoice.number, item.due_on, item.open_minor, (day - item.due_on).days) for item in items
    ]
    return Facts(
        creditor_name=creditor.name,
        creditor_tax_id=creditor.tax_id,
        creditor_phone=creditor.phone,
        complaint_office=creditor.complaint_office,
        country=creditor.country,
        person_name=person.name,
        currency=currency,
        lines=lines,
        principal_minor=sum(i.principal_minor for i in items),
        interest_minor=sum(i.interest_minor for i in items),
        fee_minor=sum(i.fee_minor for i in items),
        favour_minor=favour_minor,
        link=link,
        language=chosen_words.language_for(person.language, person.country or creditor.country),
    )


def still_asked(rows: Sequence[Outbox], holds: pl.DataFrame, now: datetime) -> dict[int, int]:
    """outbox id -> what its account still owes in its currency, less what is paused and what it has in favour.

    A promise's own reminder speaks of paused money, so for it the pause does not count.
    """
    accounts = [row.account_id for row in rows]
    zones = {c.pk: c.zone for c in parties.creditors()}
    first_days = policies.first_days(row.policy_version_id for row in rows)
    items = receivables.open_items_by_account(accounts)
    balances = receivables.open_balance(accounts)
    paused_items: dict[int, int] = defaultdict(int)
    paused_accounts, paused_parties = set(), set()
    for hold in holds.iter_rows(named=True):
        if hold["due_item"] is not None:
            much = hold["held_minor"] if hold["held_minor"] is not None else 2**62
            paused_items[hold["due_item"]] = max(paused_items[hold["due_item"]], much)
        elif hold["account"] is not None:
            paused_accounts.add(hold["account"])
        else:
            paused_parties.add(hold["party"])
    owed = {}
    for row in rows:
        promise = row.step == "promesa"
        if not promise and (row.account_id in paused_accounts or row.party_id in paused_parties):
            owed[row.pk] = 0
            continue
        day = local_date(now, zones[row.creditor_id])
        mine = [i for i in items.get(row.account_id, []) if asked_for(row, i, day, first_days)]
        paused = 0 if promise else sum(min(paused_items.get(i.due_item_id, 0), i.open_minor) for i in mine)
        balance = balances.get((row.account_id, row.currency))
        owed[row.pk] = sum(i.open_minor for i in mine) - paused - (balance.unapplied_minor if balance else 0)
    return owed
