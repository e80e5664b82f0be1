"""What must always be true of the books, as functions over frames: each gives its counterexamples, none when it
holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import attrs
import polars as pl

from puntual.core import money

#: How many counterexamples are shown of each invariant.
SHOWN = 10


@attrs.frozen
class Finding:
    """One sentence that should hold, whether it does, and where it does not."""

    name: str
    sentence: str
    counterexamples: tuple[Mapping[str, object], ...]

    @property
    def holds(self) -> bool:
        return not self.counterexamples

    def as_json(self) -> dict[str, object]:
        return {
            "name": self.name,
            "sentence": self.sentence,
            "holds": self.holds,
            "counterexamples": list(self.counterexamples),
        }


@attrs.frozen(eq=False)
class Books:
    """The books as frames: legs (event, account, ledger, due_item, component, amount_minor, currency), items (due_item,
    account, original_minor, currency), balances (the projection of due items) and accounts (the projection of
    accounts)."""

    legs: pl.DataFrame
    items: pl.DataFrame
    balances: pl.DataFrame
    accounts: pl.DataFrame
    days: pl.DataFrame


def judge(books: Books) -> list[Finding]:
    """Every invariant of the books, in the order in which a person would read them."""
    return [
        Finding(name, sentence, tuple(rule(books).head(SHOWN).to_dicts())) for name, (sentence, rule) in _RULES.items()
    ]


def _unbalanced(books: Books) -> pl.DataFrame:
    sums = books.legs.group_by("event").agg(difference=money.total("amount_minor"))
    return sums.filter(pl.col("difference") != 0).sort("event")


def _homeless(books: Books) -> pl.DataFrame:
    owed = books.legs.filter(pl.col("ledger") == 1)
    bad = pl.col("due_item").is_null() | pl.col("component").is_null()
    return owed.filter(bad).select("event", "amount_minor")


def _derived(books: Books) -> pl.DataFrame:
    part = pl.col("amount_minor")
    return (
        books.legs.filter((pl.col("ledger") == 1) & pl.col("due_item").is_not_null())
        .group_by("due_item")
        .agg(
            principal_minor=money.total(part.filter(pl.col("component") == 1)),
            interest_minor=money.total(part.filter(pl.col("component") == 2)),
            fee_minor=money.total(part.filter(pl.col("component") == 3)),
        )
    )


def _balances_differ(books: Books) -> pl.DataFrame:
    both = _derived(books).join(books.balances, on="due_item", how="full", coalesce=True, suffix="_kept").fill_null(0)
    parts = ["principal_minor", "interest_minor", "fee_minor"]
    differ = pl.any_horizontal(*(pl.col(p) != pl.col(f"{p}_kept") for p in parts))
    sums = pl.sum_horizontal(*(pl.col(f"{p}_kept") for p in parts)) != pl.col("open_minor")
    return both.filter(differ | sums).select("due_item", *parts, "open_minor").sort("due_item")


def _accounts_differ(books: Books) -> pl.DataFrame:
    opened = books.balances.group_by("account", "currency").agg(
        derived_open=money.total("open_minor"), derived_items=(pl.col("open_minor") != 0).sum().cast(pl.Int64)
    )
    favour = (
        books.legs.filter(pl.col("ledger") == 4)
        .group_by("account", "currency")
        .agg(derived_favour=-money.total("amount_minor"))
    )
    keys = ["account", "currency"]
    both = (
        books.accounts.join(opened, on=keys, how="full", coalesce=True)
        .join(favour, on=keys, how="full", coalesce=True)
        .fill_null(0)
    )
    differ = (
        (pl.col("open_minor") != pl.col("derived_open"))
        | (pl.col("unapplied_minor") != pl.col("derived_favour"))
        | (pl.col("items_open") != pl.col("derived_items"))
    )
    return both.filter(differ).sort("account")


def _days_differ(books: Books) -> pl.DataFrame:
    keys = ["creditor", "currency", "due_on"]
    derived = books.balances.group_by(keys).agg(
        derived_open=money.total("open_minor"), derived_items=(pl.col("open_minor") != 0).sum().cast(pl.Int64)
    )
    both = books.days.join(derived, on=keys, how="full", coalesce=True).fill_null(0)
    return both.filter(
        (pl.col("open_minor") != pl.col("derived_open")) | (pl.col("items") != pl.col("derived_items"))
    ).sort(keys)


def _overpaid(books: Books) -> pl.DataFrame:
    return books.balances.filter(pl.col("principal_minor") < 0).select("due_item", "principal_minor").sort("due_item")


def _never_invoiced(books: Books) -> pl.DataFrame:
    return books.items.join(_derived(books), on="due_item", how="anti").select("due_item").sort("due_item")


_RULES: Mapping[str, tuple[str, Callable[[Books], pl.DataFrame]]] = {
    "events_balance": ("Cada movimiento suma cero entre sus asientos.", _unbalanced),
    "receivable_has_item": ("Todo asiento por cobrar dice de qué documento y de qué parte es.", _homeless),
    "items_have_entries": ("Todo documento tiene sus asientos.", _never_invoiced),
    "balances_follow_entries": ("El saldo guardado de cada documento es la suma de sus asientos.", _balances_differ),
    "accounts_follow_items": ("El saldo guardado de cada cliente es la suma de sus documentos.", _accounts_differ),
    "days_follow_items": ("La antigüedad guardada es la suma de los saldos por vencimiento.", _days_differ),
    "no_item_overpaid": ("Ningún documento recibió más de lo que se debía.", _overpaid),
}
