"""The schema of every frame that crosses a border: load -> core -> commit, Arrow in and Arrow out.

A frame is validated where it enters and where it leaves (`check_frame`), never in between. Ids are surrogate integers
of the
installation; personal data never travels in frames. Instants are UTC with microseconds; amounts are 64-bit minor units.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import polars as pl

INSTANT = pl.Datetime("us", "UTC")
ID = pl.Int64
MINOR = pl.Int64
TEXTS = pl.List(pl.String)


@attrs.frozen
class Column:
    """One column: its type, what it means, whether it may be missing a value."""

    dtype: Any
    meaning: str
    null: bool = False
    choices: tuple[str, ...] = ()


Schema = Mapping[str, Column]


def _c(dtype: Any, meaning: str, *, null: bool = False, choices: tuple[str, ...] = ()) -> Column:
    return Column(dtype, meaning, null, choices)


CHANNELS = ("email", "sms", "whatsapp", "call", "voice", "letter", "visit", "task")
PURPOSES = ("reminder_preventive", "reminder_overdue", "collection", "confirmation")
DEBTOR_KINDS = ("consumer", "business", "financial", "unknown")
COMPONENTS = ("principal", "interest", "fee")
STAGES = ("preventive", "administrative", "extrajudicial", "judicial")
VERDICTS = ("allow", "defer", "deny")

ENTRIES: Schema = {
    "entry": _c(ID, "asiento"),
    "due_item": _c(ID, "documento o cuota que el asiento mueve"),
    "account": _c(ID, "cuenta (cliente de un acreedor)"),
    "party": _c(ID, "persona o empresa"),
    "creditor": _c(ID, "acreedor"),
    "kind": _c(pl.String, "hecho: invoice, credit_note, payment, interest, fee, discount, waiver, ..."),
    "component": _c(pl.String, "parte del saldo que cambia", choices=COMPONENTS),
    "amount_minor": _c(MINOR, "cambio del saldo por cobrar: positivo lo sube, negativo lo baja"),
    "currency": _c(pl.String, "moneda ISO 4217"),
    "effective_on": _c(pl.Date, "fecha del hecho"),
    "due_on": _c(pl.Date, "vencimiento del documento"),
}

POSITION: Schema = {
    "due_item": _c(ID, "documento o cuota"),
    "account": _c(ID, "cuenta"),
    "party": _c(ID, "persona o empresa"),
    "creditor": _c(ID, "acreedor"),
    "currency": _c(pl.String, "moneda"),
    "due_on": _c(pl.Date, "vencimiento"),
    "principal_minor": _c(MINOR, "capital abierto"),
    "interest_minor": _c(MINOR, "interés abierto"),
    "fee_minor": _c(MINOR, "gastos abiertos"),
    "open_minor": _c(MINOR, "saldo abierto: la suma de las tres partes"),
    "days_past_due": _c(pl.Int32, "días desde el vencimiento; negativo antes de vencer"),
    "stage": _c(pl.String, "etapa por días de atraso", choices=STAGES),
}

ACCOUNTS: Schema = {
    "account": _c(ID, "cuenta"),
    "party": _c(ID, "persona o empresa"),
    "creditor": _c(ID, "acreedor"),
    "segment": _c(pl.String, "segmento", null=True),
    "policy": _c(ID, "política asignada a la cuenta; vacío: la de la empresa", null=True),
    "unapplied_minor": _c(MINOR, "dinero recibido sin aplicar, en la moneda de la cuenta"),
    "currency": _c(pl.String, "moneda del dinero sin aplicar", null=True),
}

PARTIES: Schema = {
    "party": _c(ID, "persona o empresa"),
    "country": _c(pl.String, "país ISO 3166 de la persona; vacío: desconocido", null=True),
    "subdivision": _c(pl.String, "estado o región, sin el país", null=True),
    "zones": _c(TEXTS, "zonas horarias posibles; vacía: todas las del país"),
    "debtor": _c(pl.String, "tipo de deudor", choices=DEBTOR_KINDS),
    "language": _c(pl.String, "idioma", null=True),
}

CONTACT_POINTS: Schema = {
    "contact_point": _c(ID, "punto de contacto"),
    "party": _c(ID, "persona o empresa"),
    "channel": _c(pl.String, "canal que sirve: email, whatsapp, sms, call, letter, visit", choices=CHANNELS),
    "status": _c(pl.String, "active, silenced, bounced, unverified"),
    "role": _c(pl.String, "debtor, payer, guarantor, legal, boss, reference"),
    "rank": _c(pl.Int32, "orden de preferencia; el menor primero"),
}

CONTACTS: Schema = {
    "party": _c(ID, "persona o empresa"),
    "creditor": _c(ID, "acreedor por el que se contactó; vacío: cuenta para todos", null=True),
    "debt": _c(ID, "documento; vacío: cuenta para todos", null=True),
    "channel": _c(pl.String, "canal"),
    "at": _c(INSTANT, "instante"),
    "direction": _c(pl.String, "out o in", choices=("out", "in")),
    "direct_contact": _c(pl.Boolean, "hubo contacto directo con la persona"),
}

CONSENTS: Schema = {
    "party": _c(ID, "persona"),
    "channel": _c(pl.String, "canal, o * para todos"),
    "status": _c(
        pl.String,
        "granted, withdrawn, o misread: no había pedido parar, se leyó mal",
        choices=("granted", "withdrawn", "misread"),
    ),  # fmt: skip
    "at": _c(INSTANT, "desde cuándo"),
    "source": _c(pl.String, "person (acto propio), import, agency, contract, ...", null=True),
}

HOLDS: Schema = {
    "due_item": _c(ID, "documento en pausa; vacío: toda la cuenta o persona", null=True),
    "account": _c(ID, "cuenta en pausa; vacío: toda la persona", null=True),
    "party": _c(ID, "persona"),
    "reason": _c(pl.String, "código de `reasons`: promise_open, dispute_open, agreement_current, vulnerable, ..."),
    "held_minor": _c(MINOR, "importe en pausa; vacío: todo", null=True),
    "until": _c(pl.Date, "primer día sin pausa; vacío: hasta que se resuelva", null=True),
    "remind_on": _c(pl.Date, "día del único recordatorio permitido", null=True),
}

CANDIDATES: Schema = {
    "candidate": _c(ID, "candidato a contacto"),
    "party": _c(ID, "persona o empresa"),
    "creditor": _c(ID, "acreedor"),
    "debt": _c(ID, "documento; vacío: la cuenta entera", null=True),
    "channel": _c(pl.String, "canal", choices=CHANNELS),
    "purpose": _c(pl.String, "para qué", choices=PURPOSES),
    "at": _c(INSTANT, "instante propuesto"),
    "country": _c(pl.String, "país del deudor; vacío: desconocido", null=True),
    "creditor_country": _c(pl.String, "país del acreedor; vacío: el mismo", null=True),
    "subdivision": _c(pl.String, "estado o región", null=True),
    "zones": _c(TEXTS, "zonas horarias posibles; vacía: todas las del país"),
    "debtor": _c(pl.String, "tipo de deudor", choices=DEBTOR_KINDS),
    "recipient": _c(pl.String, "a quién: debtor, guarantor, codebtor, third_party, reference"),
}

GATED: Schema = {
    "verdict": _c(pl.String, "allow, defer o deny", choices=VERDICTS),
    "reason": _c(pl.String, "código de `reasons`"),
    "rule": _c(pl.String, "regla de la norma que decidió", null=True),
    "cite": _c(pl.String, "cita de la norma", null=True),
    "pack": _c(pl.String, "paquetes y versiones que se aplicaron"),
    "warnings": _c(TEXTS, "avisos que no impiden"),
    "next_allowed_at": _c(INSTANT, "cuándo se puede; solo si es defer", null=True),
}

BY_NAME: Mapping[str, Schema] = {
    "entries": ENTRIES, "position": POSITION, "accounts": ACCOUNTS, "parties": PARTIES,
    "contact_points": CONTACT_POINTS,
    "contacts": CONTACTS, "consents": CONSENTS, "holds": HOLDS, "candidates": CANDIDATES, "gated": GATED,
}  # fmt: skip


class FrameError(ValueError):
    """A frame does not have the shape that its border asks for: a defect of the caller, named in English for us."""


def check_frame(frame: pl.DataFrame, schema: Schema, name: str) -> pl.DataFrame:
    """The frame itself, if every column of the schema is there with its type, its values and no forbidden nulls.

    Extra columns are welcome. FrameError names the frame, the column and what is wrong.
    """
    for column, spec in schema.items():
        if column not in frame.columns:
            raise FrameError(f"{name}: column {column} is missing")
        if frame.schema[column] != spec.dtype:
            raise FrameError(f"{name}.{column}: {frame.schema[column]} instead of {spec.dtype}")
        if not spec.null and frame[column].null_count():
            raise FrameError(f"{name}.{column}: {frame[column].null_count()} empty values")
        if spec.choices:
            odd = frame.select(pl.col(column).drop_nulls().unique()).to_series().to_list()
            strange = sorted(set(odd) - set(spec.choices))
            if strange:
                raise FrameError(f"{name}.{column}: {strange[:3]} are not among {spec.choices}")
    return frame


def empty(schema: Schema) -> pl.DataFrame:
    """A frame of that schema with no row."""
    return pl.DataFrame(schema={name: spec.dtype for name, spec in schema.items()})


def conform(frame: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    """The schema's columns only, cast strictly to its types, with missing nullable columns filled with nulls."""
    return frame.select(
        pl.col(n).cast(s.dtype) if n in frame.columns else pl.lit(None, dtype=s.dtype).alias(n)
        for n, s in schema.items()
    )
