"""Who each row is about: an account known by its code or tax id, or a new one. Set-based, remembered in a load."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import attrs

from puntual.apps.parties import read as parties
from puntual.apps.parties import write as parties_write
from puntual.apps.parties.models import Creditor
from puntual.core.customers.identity import normal_name
from puntual.ports.einvoice import ContactRecord

TaxCheck = Callable[[str, str], Mapping[str, Any]]
_KINDS = {"email": "email", "whatsapp": "phone", "call": "phone", "address": "address"}


@attrs.frozen
class Who:
    """A customer as a row tells it."""

    code: str = ""
    tax_id: str = ""
    name: str = ""
    country: str = ""
    contacts: tuple[ContactRecord, ...] = ()
    more: Mapping[str, Any] = attrs.field(factory=dict)


@attrs.frozen
class Key:
    """What identifies it: the code for its account, and its normal tax id if it is not a generic one."""

    code: str
    tax: str
    debtor: str
    warning: str


class Customers:
    """The customers of one load. `resolve` gives the account of each row, creating those that are new."""

    def __init__(self, creditor: Creditor, tax_check: TaxCheck, source: str) -> None:
        self._creditor, self._check, self._source = creditor, tax_check, source
        self._by_code: dict[str, parties.KnownAccount] = {}
        self._by_tax: dict[str, parties.KnownAccount] = {}

    def forget(self) -> None:
        """Nothing is known any more (after a dry run's rollback)."""
        self._by_code.clear()
        self._by_tax.clear()

    def key(self, who: Who) -> Key:
        """The identity of a row. A customer with neither code nor usable tax id is known by its name."""
        checked = self._check(who.tax_id, who.country or self._creditor.country)
        usable = "" if checked["generic"] else checked["normal"]
        code = who.code or usable or normal_name(who.name) or checked["normal"]
        return Key(code[:64], usable, checked["debtor"], checked["warning"])

    def is_foreign(self, issuer_tax_id: str) -> bool:
        """Whether a document was issued by somebody else than this creditor (when both are known)."""
        home = self._creditor.country
        ours = self.key(Who(tax_id=self._creditor.tax_id, country=home)).tax if self._creditor.tax_id else ""
        theirs = self.key(Who(tax_id=issuer_tax_id, country=home)).tax if issuer_tax_id else ""
        return bool(ours and theirs and ours != theirs)

    def resolve(self, rows: Sequence[Who]) -> tuple[list[parties.KnownAccount], list[str]]:
        """The account of each row, in order, and the warnings about tax ids."""
        keys = [self.key(who) for who in rows]
        self._look_up(keys)
        fresh: dict[str, parties_write.NewAccount] = {}
        known: dict[str, parties_write.NewAccount] = {}
        for who, key in zip(rows, keys):
            account = self.find(key)
            if account is None:
                fresh[key.code] = _merged(fresh.get(key.code), _new(key, who))
            elif who.contacts:
                known[account.code] = _merged(known.get(account.code), _points_only(account.code, who))
        self._register([*fresh.values(), *known.values()], keys)
        return [self._must(key) for key in keys], [k.warning for k in keys if k.warning]

    def known(self, rows: Sequence[Who]) -> list[parties.KnownAccount | None]:
        """The account of each row, or None: nothing is created."""
        keys = [self.key(who) for who in rows]
        self._look_up(keys)
        return [self.find(key) for key in keys]

    def find(self, key: Key) -> parties.KnownAccount | None:
        return self._by_code.get(key.code) or (self._by_tax.get(key.tax) if key.tax else None)

    def _must(self, key: Key) -> parties.KnownAccount:
        account = self.find(key)
        assert account is not None
        return account

    def _look_up(self, keys: Iterable[Key]) -> None:
        codes = {k.code for k in keys if k.code not in self._by_code}
        self._by_code |= parties.accounts_by_code(self._creditor.pk, codes)
        taxes = {k.tax for k in keys if k.tax and k.code not in self._by_code and k.tax not in self._by_tax}
        self._by_tax |= parties.accounts_by_tax_id(self._creditor.pk, taxes)

    def _register(self, rows: Sequence[parties_write.NewAccount], keys: Sequence[Key]) -> None:
        if not rows:
            return
        parties_write.register_accounts(creditor=self._creditor, rows=rows, source=self._source)
        self._look_up(keys)


def _new(key: Key, who: Who) -> parties_write.NewAccount:
    more = dict(who.more)
    return parties_write.NewAccount(
        code=key.code,
        name=who.name or key.code,
        tax_id=key.tax,
        debtor=more.pop("debtor", "") or key.debtor,
        country=who.country,
        points=points_of(who.contacts),
        **more,
    )


def _points_only(code: str, who: Who) -> parties_write.NewAccount:
    """A known customer gains contacts; an invoice never renames it."""
    return parties_write.NewAccount(code=code, name="", points=points_of(who.contacts))


def _merged(old: parties_write.NewAccount | None, new: parties_write.NewAccount) -> parties_write.NewAccount:
    if old is None:
        return new
    points = tuple(dict.fromkeys([*old.points, *new.points]))
    return attrs.evolve(old, points=points)


#: Role of a contact that belongs to somebody else: never kept.
THIRD_PARTY = "reference"


def points_of(contacts: Sequence[ContactRecord]) -> tuple[parties_write.NewPoint, ...]:
    """Contacts as parties keep them: one phone serves WhatsApp, messages and calls."""
    return tuple(
        parties_write.NewPoint(_KINDS[c.channel], c.value, c.role, (c.name or _label(c.channel))[:80])
        for c in contacts
        if c.role != THIRD_PARTY
    )


def _label(channel: str) -> str:
    return "WhatsApp" if channel == "whatsapp" else ""
