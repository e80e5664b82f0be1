"""Erasure of a person: the key, the blind indexes and every sealed word are destroyed; the books and the chains stay,
for they hold surrogate ids only. A legal hold refuses it, naming why and until when.

What a person asked to stop outlives them here: their contact points are silenced by digest before they are forgotten,
so that no later import speaks to them again.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
from django.apps import apps
from django.conf import settings
from django.db import models, transaction

from puntual.apps.audit import write as audit
from puntual.apps.clients.models import Placement, ReturnFile
from puntual.apps.compliance import read as compliance
from puntual.apps.compliance.models import PartyFlag, Situation
from puntual.apps.debits.models import Collection, DebitFile, DebitMandate
from puntual.apps.imports.models import Document
from puntual.apps.inbox.models import ChannelIdentity, RawInbound, ThreadMessage
from puntual.apps.negotiation.models import Complaint, Deal, Dispute
from puntual.apps.outreach.models import Contact, Message, Outbox
from puntual.apps.parties.models import Account, ContactPoint, Party, PartyKey, PartyToken, SilencedPoint
from puntual.apps.parties.read import CHANNELS_OF
from puntual.apps.payments.models import Alias
from puntual.apps.portal.models import PortalLink, Preference, StandingPayday
from puntual.apps.receivables.models import AccountBalance
from puntual.core.errors import Refused
from puntual.core.negotiation import dispute
from puntual.core.time import local_date
from puntual.law.retention_loader import retention

#: Sealed fields that are about no single person, or that their own rule destroys: bank lines, notices of gateways and
#: channels as they came, settings, the copies of what was returned to a client (emptied with the first person in them
#: who is erased: the client has its own, and the digest stays). Everything else that is sealed must be reachable from
#: a party or an account.
NOT_OF_A_PERSON = frozenset(
    [
        "imports.BankLine", "payments.GatewayAccount", "payments.RawWebhook", "inbox.RawInbound",
        "inbox.ChannelAccount", "outreach.MailServer", "clients.ReturnFile", "debits.DebitFile",
    ]
)  # fmt: skip
#: Where a sealed field hangs from: the way to the party.
_PATHS = ("party", "conversation__party", "account__party", "outbox__party", "contact_point__party", "visit__party")


@attrs.frozen
class Hold:
    """Why a person cannot be forgotten yet. `until` None: until it is settled."""

    code: str
    sentence: str
    until: date | None = None

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, "text": self.sentence, "until": self.until and self.until.isoformat()}


def holds(party: Party, now: datetime) -> list[Hold]:
    """What keeps a person's data here: something owed or in favour, something unanswered, a retention not elapsed."""
    ids = list(party.accounts.values_list("pk", flat=True))
    found = []
    money = AccountBalance.objects.filter(account_id__in=ids)
    if money.exclude(open_minor=0).exists() or money.exclude(unapplied_minor=0).exists():
        found.append(Hold("hold_balance", "tiene saldo abierto o dinero a favor, hasta que quede en cero"))
    if Dispute.objects.filter(account_id__in=ids, state__in=dispute.PAUSING).exists():
        found.append(Hold("hold_dispute", "tiene una aclaración sin terminar, hasta que se le informe el resultado"))
    if Complaint.objects.filter(account_id__in=ids, state__in=dispute.COMPLAINT_OPEN).exists():
        found.append(Hold("hold_complaint", "tiene una queja sin responder, hasta que se le responda"))
    last = Contact.objects.filter(party=party).order_by("-at").values_list("at", flat=True).first()
    if last is not None:
        kept = retention(_country(party))
        until = local_date(last, "UTC") + timedelta(days=kept.keep_contacts_days)
        if until > local_date(now, "UTC"):
            why = f"su registro de contactos se conserva hasta el {until} ({kept.cite})"
            found.append(Hold("hold_retention", why, until))
    return found


def _country(party: Party) -> str:
    first = party.accounts.select_related("creditor").order_by("pk").first()
    return party.country or (first.creditor.country if first else "")


@transaction.atomic
def erase(*, party_id: int, now: datetime, actor: Any = None, reason: str = "asked") -> dict[str, int]:
    """Forget a person. Refused while a legal hold stands; a second time changes nothing. Gives what was destroyed."""
    party = Party.objects.select_for_update().get(pk=party_id)
    standing = holds(party, now)
    if standing:
        said = "; ".join(hold.sentence for hold in standing)
        raise Refused(f"No se puede borrar a per_{party_id} todavía: {said}.", reason=standing[0].code)
    if party.erased_at is not None:
        return {}
    accounts = list(party.accounts.values_list("pk", flat=True))
    files = list(Message.objects.filter(outbox__party=party).exclude(file="").values_list("file", flat=True))
    done = {"silenced": _keep_stops(party, now), "files": len(files), **_forget(party, accounts), **_unseal(party)}
    Party.objects.filter(pk=party_id).update(
        sealed_name=b"", sealed_tax_id=None, tax_digest=None, erased_at=now, zone="", language="", subdivision=""
    )
    audit.record(act="party_erased", actor=actor, kind="party", pk=party_id, detail={"reason": reason, **done}, at=now)
    transaction.on_commit(lambda: _remove(files))
    return done


def _keep_stops(party: Party, now: datetime) -> int:
    """Silence for ever the contact points that the person asked not to be used."""
    said: dict[str, tuple[datetime, bool]] = {}
    for act in reversed(compliance.standing_of(party.pk)):
        if act.status == "withdrawn" or act.source == "person":
            said[act.channel] = (act.at, act.status == "withdrawn")
    stopped = {channel for channel, (_, stop) in said.items() if stop}
    points = [
        p
        for p in party.points.all()
        if p.status == "silenced" or "*" in stopped or stopped & set(CHANNELS_OF.get(p.kind, ()))
    ]
    for point in points:
        SilencedPoint.objects.get_or_create(
            digest=bytes(point.digest), defaults={"reason": "stopped_then_erased", "at": now}
        )
        SilencedPoint.objects.filter(digest=bytes(point.digest)).update(lifted_at=None)
    return len(points)


def _forget(party: Party, accounts: list[int]) -> dict[str, int]:
    """The key, the indexes by which the person could be found, and what is delicate."""
    done = {
        "keys": PartyKey.objects.filter(party=party).delete()[0],
        "tokens": PartyToken.objects.filter(party=party).delete()[0],
        "messages": Message.objects.filter(outbox__party=party).delete()[0],
        "return_files": ReturnFile.objects.filter(
            creditor__in=Placement.objects.filter(account__in=accounts).values("creditor")
        )
        .exclude(sealed=b"")
        .update(sealed=b""),
        "debit_files": DebitFile.objects.filter(
            pk__in=Collection.objects.filter(mandate__account__in=accounts).values("file")
        )
        .exclude(sealed=b"")
        .update(sealed=b""),
        "situations": Situation.objects.filter(party=party).delete()[0]
        + PartyFlag.objects.filter(party=party).delete()[0],
    }
    points = list(ContactPoint.objects.filter(party=party))
    for point in points:  # rows stay for what refers to them; a random digest finds nobody
        ContactPoint.objects.filter(pk=point.pk).update(
            sealed_value=b"", digest=os.urandom(16), status="silenced", label="", source=""
        )
    for pk in accounts:  # the code may be the tax id itself
        Account.objects.filter(pk=pk).update(code=f"borrado-{pk}", segment="")
    Contact.objects.filter(party=party).update(note="")
    Outbox.objects.filter(party=party).update(detail="")
    Deal.objects.filter(account_id__in=accounts).update(evidence={})
    DebitMandate.objects.filter(account_id__in=accounts).update(
        evidence={}, tail="", bank="", state="revoked", reason="debit_mandate_revoked"
    )
    Collection.objects.filter(mandate__account__in=accounts).update(told_how="")
    Document.objects.filter(party=party).update(name="(borrado)")
    Alias.objects.filter(account_id__in=accounts).delete()
    heard = ThreadMessage.objects.filter(conversation__party=party, raw__isnull=False)
    RawInbound.objects.filter(pk__in=heard.values("raw_id")).update(sealed=b"")
    ChannelIdentity.objects.filter(party=party).delete()
    Preference.objects.filter(party=party).delete()
    StandingPayday.objects.filter(account_id__in=accounts).delete()
    PortalLink.objects.filter(account_id__in=accounts).delete()
    return {**done, "contact_points": len(points)}


def sealed_fields() -> Iterator[tuple[type[models.Model], str, list[str]]]:
    """(model, way to the party, its sealed fields) for every table that keeps something under a person's key."""
    for model in apps.get_models():
        names = [
            f.name for f in model._meta.concrete_fields if isinstance(f, models.BinaryField) and "sealed" in f.name
        ]
        if names and model not in (Party, ContactPoint) and model._meta.label not in NOT_OF_A_PERSON:
            yield model, _path(model), names


def _path(model: type[models.Model]) -> str:
    names = {f.name for f in model._meta.concrete_fields}
    return next((path for path in _PATHS if path.split("__")[0] in names), "")


def _unseal(party: Party) -> dict[str, int]:
    """Empty every sealed field: without its key it says nothing already, and so it takes no room either."""
    emptied = 0
    for model, path, names in sealed_fields():
        if path:
            empty = {n: None if model._meta.get_field(n).null else b"" for n in names}
            mine = model._default_manager.filter(**{path: party}).values("pk")
            emptied += model._default_manager.filter(pk__in=mine).update(**empty)
    return {"sealed": emptied}


def _remove(files: list[str]) -> None:
    root = Path(settings.DATA).resolve()
    for name in files:
        file = (root / name).resolve()
        if file.is_relative_to(root):
            file.unlink(missing_ok=True)
