"""Payments, promises, contacts, accounts, harm and refusals behind a figure, from the same frames as the figure."""

from __future__ import annotations

import polars as pl

from puntual.apps.negotiation import read as negotiation
from puntual.apps.reports import frames, frames_harm, frames_plans, kept
from puntual.apps.reports.rows import Asked, shaped
from puntual.apps.reports.tables import capital, rows_address
from puntual.core.reasons import CATALOGUE
from puntual.core.reports.inputs import within
from puntual.core.reports.kpis_collection import PEOPLE, cured
from puntual.core.reports.kpis_people import judged
from puntual.ui.channels import channel_name

_NAMES = {
    "kept": "Cumplida", "broken": "Incumplida", "open": "Vigente", "withdrawn": "Retirada", "complaint": "Queja",
    "wrong_person": "No es la persona", "opt_out": "Pidió no recibir más", "breach": "Faltó a la norma",
    "refused": "No se contactó", "wanted": "La política lo pidió", "sent": "Mensaje enviado",
}  # fmt: skip


def payments(asked: Asked) -> pl.DataFrame:
    """The money received in the period, and what was given back, by day and account."""
    known = asked.known
    rows = known.cash.filter(pl.col("on").is_between(known.start, known.end))
    if "account" not in rows.columns:
        whole = frames.cash(asked.books, known.opening, known.end, by_account=True)
        rows = whole.filter(pl.col("segment") == asked.value) if asked.by == "segment" else whole
    sub = pl.when(pl.col("amount_minor") < 0).then(pl.lit("Devolución")).otherwise(pl.lit("Pago"))
    told = rows.with_columns(sub=sub).sort(["on", "amount_minor", "account"], descending=[True, True, False])
    return shaped(told.rename({"on": "day", "amount_minor": "minor"}))


def promises(asked: Asked, which: str) -> pl.DataFrame:
    """Those taken by a person in the period, those judged in it, or those of them that were kept."""
    known = asked.known
    if which == "taken":
        rows = known.promises.filter(within("made_on", known.start, known.end), pl.col("agent") != "")
    else:
        rows = judged(known).filter(pl.col("state") == "kept" if which == "kept" else True)
    return promise_rows(rows)


def promise_rows(rows: pl.DataFrame) -> pl.DataFrame:
    """inputs.PROMISES as FOUND, the newest date first."""
    told = rows.with_columns(
        sub=pl.col("state").replace_strict(_NAMES, default="—"),
        note=pl.when(pl.col("agent") == "").then(pl.lit("el cliente en su página")).otherwise("agent"),
    ).sort(["promised_on", "promise"], descending=[True, False])
    return shaped(told.rename({"promised_on": "day", "amount_minor": "minor"}))


def instalments(asked: Asked, *, on_time: bool = False) -> pl.DataFrame:
    """The instalments of agreements that fell due in the period, or those paid on time."""
    known = asked.known
    due = known.instalments.filter(within("due_on", known.start, known.end))
    rows = due.filter("on_time") if on_time else due
    owners = {pk: negotiation.deal(pk).account_id for pk in rows["deal"].unique().to_list()}
    told = rows.with_columns(
        account=pl.col("deal").replace_strict(owners, default=None, return_dtype=pl.Int64),
        sub=pl.lit("Cuota de convenio"),
        note=pl.when("on_time").then(pl.lit("a tiempo")).otherwise(pl.lit("no llegó a tiempo")),
    ).sort(["due_on", "deal"], descending=[True, False])
    return shaped(told.rename({"due_on": "day", "amount_minor": "minor"}))


def contacts(asked: Asked, *, direct: bool = False) -> pl.DataFrame:
    """Every outgoing contact of the period, or those that reached the person."""
    rows = asked.known.contacts.filter(pl.col("direct")) if direct else asked.known.contacts
    names = {code: capital(channel_name(code)) for code in rows["channel"].unique().to_list()}
    reached = pl.when("direct").then(pl.lit("con la persona")).otherwise(pl.lit(""))
    told = rows.sort(["day", "account"], descending=[True, False]).with_columns(
        sub=pl.col("channel").replace_strict(names, return_dtype=pl.String),
        note=pl.concat_str([pl.col("agent"), reached], separator=" · ").str.strip_chars(" ·"),
    )
    return shaped(told)


def handled(asked: Asked) -> pl.DataFrame:
    """Every person attended at the desk, with the minutes it took."""
    minutes = (pl.col("seconds") / 60).round(1)
    told = asked.known.handlings.sort(["day", "account"], descending=[True, False]).with_columns(
        sub=pl.lit("Persona atendida"), note=pl.format("{} min · {}", minutes, "agent")
    )
    return shaped(told)


def contacted(asked: Asked) -> pl.DataFrame:
    """Every account that had a contact in the period, with how many it had."""
    rows = asked.known.contacts.drop_nulls("account").group_by("account").agg(
        n=pl.col("times").sum(), day=pl.col("day").max()
    )  # fmt: skip
    told = rows.sort(["n", "account"], descending=[True, False]).with_columns(
        sub=pl.lit("Cuenta gestionada"), note=pl.format("{} gestiones", "n")
    )
    return shaped(told)


def accounts(asked: Asked, which: str) -> pl.DataFrame:
    """Accounts that were late at the opening; those of them that were tried, that are cured, that were cured alone."""
    known = asked.known
    late = cured(known)
    if not asked.kpi.money:  # one per account, whatever its currencies
        late = late.sort("currency").unique("account", keep="first", maintain_order=True)
    tried = known.contacts.select("account").drop_nulls().unique()
    if which == "tried":
        late = late.join(tried, on="account", how="semi")
    elif which in ("cured", "cured_alone"):
        late = late.filter("cured")
    if which == "cured_alone":
        by_people = known.contacts.filter(pl.col("channel").is_in(PEOPLE) | (pl.col("agent") != ""))
        late = late.join(by_people.select("account").drop_nulls().unique(), on="account", how="anti")
    note = pl.when("cured").then(pl.lit("al día")).otherwise(pl.lit("sigue con atraso"))
    told = late.with_columns(sub=pl.lit("Vencido al abrir"), note=note)
    return shaped(told.sort(["overdue_then_minor", "account"], descending=[True, False]).rename(
        {"overdue_then_minor": "minor"}
    ))  # fmt: skip


def harm(asked: Asked, what: str) -> pl.DataFrame:
    """What happened, one row each: complaints, wrong persons, opt-outs, breaches; or the messages that left."""
    known = asked.known
    rows = known.harm
    if "account" not in rows.columns and what == "sent":
        return _sent(asked)
    if "account" not in rows.columns:
        rows = frames_harm.parts(asked.books, asked.creditor, known.start, known.end, (what,))
    mine = rows.filter(pl.col("what") == what).sort(["on", "account"], descending=[True, False])
    names = {code: channel_name(code) for code in mine["channel"].unique().to_list() if code}
    told = mine.with_columns(
        sub=pl.col("what").replace_strict(_NAMES, default="—"),
        note=pl.col("channel").replace_strict(names, default="", return_dtype=pl.String),
    )
    return shaped(told.rename({"on": "day"}))


def _sent(asked: Asked) -> pl.DataFrame:
    known = asked.known
    rows = kept.messages(asked.creditor, known.start, known.end).with_columns(day=pl.col("at").dt.date())
    left = rows.group_by("day", "account", "channel").agg(times=pl.len().cast(pl.Int64)).collect()
    names = {code: channel_name(code) for code in left["channel"].unique().to_list()}
    told = left.sort(["day", "account", "channel"], descending=[True, False, False]).with_columns(
        sub=pl.lit(_NAMES["sent"]), note=pl.col("channel").replace_strict(names, default="", return_dtype=pl.String)
    )
    return shaped(told)


def refusals(asked: Asked, *, wanted: bool = False) -> pl.DataFrame:
    """Of the whole company, reasons with how often each spoke, each opening whom it stopped; of a part, whom."""
    if asked.by:
        return harm(asked, "wanted" if wanted else "refused")
    start, end = asked.known.start, asked.known.end
    found = (frames_plans.wanted if wanted else frames_plans.refusals)(asked.creditor, start, end)
    sub = pl.col("reason").replace_strict(CATALOGUE, default=pl.col("reason"), return_dtype=pl.String)
    allowed = pl.col("verdict") == "allow"
    links = [rows_address("frenados", start, end, razon=r, regla=rule, veredicto=v) if v != "allow" else ""
             for v, r, rule, _ in found.iter_rows()]  # fmt: skip
    told = found.with_columns(
        sub=pl.when(allowed).then(pl.lit("Se permitió")).otherwise(sub), note="rule",
        opens=pl.Series(links, dtype=pl.String),
    ).sort(["times", "reason", "rule"], descending=[True, False, False])  # fmt: skip
    return shaped(told)
