"""The payment history that `predict` and `backtest` read: from the books, or from a CSV file of settled invoices."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import polars as pl

from puntual.core.errors import UnusableInput
from puntual.core.frames import check_frame
from puntual.core.money import exponent
from puntual.core.segments.facts import FACTS, in_banking_days
from puntual.core.segments.learning import Learner
from puntual.law.loader import bank_holidays

#: column of the facts -> headings that say it, without accents, spaces or capitals. Columns that are known only
#: afterwards (disputed, days late, days to settle) are not read at all: nothing can leak that was never taken in.
HEADINGS = {
    "invoice": ("invoicenumber", "invoice", "factura", "documento", "folio", "numerofactura"),
    "customer": ("customerid", "customer", "cliente", "clienteid", "taxid", "rut", "rfc", "nit", "ruc", "cuit"),
    "issued_on": ("invoicedate", "issuedate", "issuedon", "emision", "fechaemision", "fecha"),
    "due_on": ("duedate", "dueon", "vencimiento", "fechavencimiento"),
    "amount": ("invoiceamount", "amount", "importe", "monto", "total", "valor"),
    "paid_on": ("settleddate", "paidon", "paiddate", "clearingdate", "pago", "fechapago", "pagado"),
    "currency": ("currency", "moneda"),
    "creditor": ("creditor", "acreedor", "empresa"),
}
_NAMES = {"due_item": pl.Int64, "invoice": pl.String}
_NEEDED = ("customer", "issued_on", "due_on", "amount", "paid_on")
_ISO = re.compile(r"^\d{4}-\d{2}-\d{2}")
_SLASH = re.compile(r"^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")


def from_books() -> pl.DataFrame:
    """The facts of every due item in the books of this installation (schema FACTS)."""
    from puntual.project.cli import django_setup

    django_setup()
    from datetime import UTC, datetime

    from puntual.apps.parties import read as parties
    from puntual.pipeline.learning import facts_of

    parts = [facts_of(one, datetime.now(UTC).date()) for one in parties.creditors()]
    facts = pl.concat(parts) if parts else pl.DataFrame()
    if not facts.height:
        raise UnusableInput("Todavía no hay facturas en los libros: cárguelas con `puntual import`, o use --file.")
    return check_frame(facts, FACTS, "payment_history")


def book_names(table: pl.DataFrame) -> pl.DataFrame:
    """How the customer knows each due item of the books: due_item, invoice."""
    from puntual.apps.receivables.read_applied import labels

    names = labels(table["due_item"].to_list())
    return pl.DataFrame({"due_item": list(names), "invoice": list(names.values())}, schema=_NAMES)


def from_csv(path: Path, currency: str = "USD", country: str = "") -> tuple[pl.DataFrame, pl.DataFrame]:
    """(facts, names) of a history file: names gives the invoice and customer as written, by due_item. With a country,
    in the banking days of that country; without one, every day counts."""
    try:
        table = pl.read_csv(path, infer_schema_length=0, encoding="utf8-lossy")
    except (OSError, pl.exceptions.PolarsError) as error:
        raise UnusableInput(f"No se pudo leer {path}: {str(error).splitlines()[0]}. Guárdelo como CSV UTF-8.") from None
    where = _columns(table.columns, path)
    text = {name: table[column].str.strip_chars() for name, column in where.items()}
    dates = {name: text[name] for name in ("issued_on", "due_on", "paid_on")}
    parsed = _dates(dates, path)
    money = text.get("currency", pl.Series([currency] * table.height, dtype=pl.String)).fill_null(currency)
    customer, creditor = text["customer"], text.get("creditor", pl.Series([""] * table.height, dtype=pl.String))
    account = pl.struct("creditor", "customer").rank("dense")
    keys = pl.DataFrame({"creditor": creditor.fill_null(""), "customer": customer})
    facts = keys.select(
        due_item=pl.int_range(1, pl.len() + 1, dtype=pl.Int64),
        account=account.cast(pl.Int64), party=pl.col("customer").rank("dense").cast(pl.Int64),
        creditor=pl.col("creditor").rank("dense").cast(pl.Int64),
        issued_on=parsed["issued_on"], due_on=parsed["due_on"],
        amount_minor=_minor(text["amount"], money, path), currency=money, paid_on=parsed["paid_on"],
    )  # fmt: skip
    invoice = text.get("invoice", facts["due_item"].cast(pl.String))
    names = pl.DataFrame({"due_item": facts["due_item"], "invoice": invoice, "customer": customer})
    counted = in_banking_days(facts, bank_holidays(country)) if country else facts.with_columns(stated_on="due_on")
    return check_frame(counted, FACTS, "history"), names


def _columns(found: Sequence[str], path: Path) -> dict[str, str]:
    plain = {_plain(column): column for column in found}
    where = {
        name: plain[heading]
        for name, headings in reversed(HEADINGS.items())
        for heading in reversed(headings)
        if heading in plain
    }
    missing = [HEADINGS[name][0] for name in _NEEDED if name not in where]
    if missing:
        raise UnusableInput(
            f"A {path.name} le falta la columna {', '.join(missing)}. Hacen falta cliente, emisión, vencimiento, "
            "importe y fecha de pago (vacía si sigue abierta)."
        )
    return where


def _plain(heading: str) -> str:
    bare = unicodedata.normalize("NFKD", heading).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]", "", bare.lower())


def _dates(columns: dict[str, pl.Series], path: Path) -> dict[str, pl.Series]:
    """ISO dates, or day and month in the one order that fits every date of the file."""
    values = [v for series in columns.values() for v in series.drop_nulls().to_list() if v]
    if all(_ISO.match(v) for v in values):
        pattern = "%Y-%m-%d"
    else:
        parts = [m.groups() for v in values if (m := _SLASH.match(v))]
        if len(parts) != len(values):
            odd = next(v for v in values if not _SLASH.match(v))
            raise UnusableInput(f"En {path.name}, «{odd}» no es una fecha: escriba año-mes-día: 2026-11-21.")
        month_first = any(int(second) > 12 for _, second, _ in parts)
        day_first = any(int(first) > 12 for first, _, _ in parts)
        if month_first == day_first:
            raise UnusableInput(f"En {path.name} no se sabe si va antes el día o el mes: escriba año-mes-día.")
        mark = next(c for c in values[0] if not c.isdigit())
        pattern = mark.join(["%m", "%d", "%Y"] if month_first else ["%d", "%m", "%Y"])
    result = {}
    for name, series in columns.items():
        read = series.replace("", None).str.to_date(pattern, strict=False)
        bad = series.is_not_null() & (series != "") & read.is_null()
        if name != "paid_on":
            bad = bad | read.is_null()
        if bad.any():
            row = int(bad.arg_max() or 0)
            raise UnusableInput(f"En {path.name}, fila {row + 2}, «{series[row] or ''}» no es una fecha ({name}).")
        result[name] = read
    return result


def _minor(amount: pl.Series, currency: pl.Series, path: Path) -> pl.Series:
    scale = {code: 10 ** exponent(code) for code in currency.unique().to_list()}
    value = amount.str.replace_all(",", "", literal=True).cast(pl.Float64, strict=False)
    if value.is_null().any():
        row = int(value.is_null().arg_max() or 0)
        raise UnusableInput(f"En {path.name}, fila {row + 2}, «{amount[row] or ''}» no es un importe.")
    factor = currency.replace_strict(scale, return_dtype=pl.Float64)
    return (value * factor).round(0).cast(pl.Int64)


def learner() -> Learner | None:
    """LightGBM if it is installed, else None: then the core's shrinkage and survival curves speak."""
    from puntual.adapters.scorer_lightgbm import LightGBMLearner, available

    return LightGBMLearner() if available() else None


def last_day(facts: pl.DataFrame) -> date:
    """The last day on which the facts hold anything."""
    latest: date = facts.select(pl.max_horizontal(pl.col("issued_on").max(), pl.col("paid_on").max())).item()
    return latest
