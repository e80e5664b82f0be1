"""The contacts of a period, as the reports read them."""

from __future__ import annotations

from datetime import date

import polars as pl
from django.contrib.auth import get_user_model

from puntual.apps.parties.models import Creditor
from puntual.apps.reports import kept
from puntual.apps.reports.columns import Books
from puntual.core.reports import inputs

_SAME = ("day", "account", "channel", "by", "direct", "campaign")


def contacts(books: Books, creditor: Creditor, start: date, end: date) -> pl.DataFrame:
    """inputs.CONTACTS with their `day`: every outgoing contact of [start, end] that counts, where the creditor is."""
    day = pl.col("at").dt.convert_time_zone(creditor.zone).dt.date()
    rows = kept.talks(creditor, start, end).with_columns(day=day).group_by(_SAME).agg(times=pl.len().cast(pl.Int64))
    found = rows.join(books.accounts.lazy().select("account", "segment"), on="account", how="left").collect()
    names = dict(
        get_user_model().objects.filter(pk__in=found["by"].drop_nulls().unique()).values_list("pk", "username")
    )
    told = found.with_columns(
        pl.col("segment").fill_null(""),
        agent=pl.col("by").replace_strict(names, default="", return_dtype=pl.String).fill_null(""),
    )
    return told.select("day", *(pl.col(n).cast(c.dtype) for n, c in inputs.CONTACTS.items()))
