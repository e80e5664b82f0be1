"""What is about to be loaded, looked at: what each file is, how its columns are read, and what a load would do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import attrs
from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from puntual.apps.imports import read, staging
from puntual.apps.imports.tally import Tally
from puntual.apps.imports.write import Wish, import_files
from puntual.apps.parties.models import Creditor
from puntual.core.errors import UnusableInput
from puntual.ports.einvoice import Defaults, FileReader, Layout, Place

#: Up to here a load is tried and undone, for a second or two. Larger ones are only read through, which writes nothing
#: and makes nobody wait; beyond the second size they are loaded with their progress in sight.
DRY_RUN_UP_TO = 200_000
READ_UP_TO = 8_000_000
SAMPLE = 4
FORMAT_NAMES: Mapping[str, str | Promise] = {
    "cfdi": _("CFDI (facturas y notas de crédito)"), "rep": _("Complemento de pago (REP)"), "ubl": _("Factura UBL"),
    "dte": _("DTE"), "nfe": _("NF-e"), "sri": _("Comprobante del SRI"), "facturae": _("Facturae"),
    "facturx": _("Factur-X"), "camt053": _("Estado de cuenta CAMT.053"), "mt940": _("Estado de cuenta MT940"),
    "ofx": _("Estado de cuenta OFX"), "csv": _("Hoja de cálculo"), "xlsx": _("Hoja de cálculo"),
}  # fmt: skip
FIELD_NAMES: Mapping[str, str | Promise] = {
    "fiscal_id": _("Folio fiscal"), "series": _("Serie"), "number": _("Número de documento"), "type": _("Tipo"),
    "tax_id": _("Identificación fiscal"), "customer_code": _("Código de cliente"), "customer_name": _("Cliente"),
    "name": _("Nombre"), "issued_on": _("Fecha de emisión"), "due_on": _("Vencimiento"),
    "credit_days": _("Días de crédito"), "total": _("Total"), "open": _("Saldo de hoy"), "amount": _("Importe"),
    "currency": _("Moneda"), "country": _("País"), "subdivision": _("Estado o región"), "zone": _("Zona horaria"),
    "language": _("Idioma"), "debtor": _("Tipo de cliente"), "segment": _("Segmento"), "address": _("Domicilio"),
    "credit_limit": _("Límite de crédito"), "email": _("Correo"), "phone": _("Teléfono"), "whatsapp": _("WhatsApp"),
    "contact_name": _("Nombre del contacto"), "role": _("Papel del contacto"), "product": _("Producto o concepto"),
    "payment_terms": _("Condiciones de pago"), "payment_method": _("Método de pago"), "disputed": _("En aclaración"),
    "sold_on": _("Fecha de la venta"), "department": _("Área"), "seller": _("Vendedor"),
    "plant": _("Planta o sucursal"),
    "settled_on": _("Fecha en que se pagó"), "paid_on": _("Fecha del pago"), "reference": _("Referencia"),
    "invoice": _("Factura que paga"), "method": _("Forma de pago"), "booked_on": _("Fecha"), "debit": _("Cargo"),
    "credit": _("Abono"), "text": _("Concepto"), "counterparty": _("Ordenante"),
    "counterparty_account": _("Cuenta del ordenante"), "account": _("Cuenta"),
}  # fmt: skip


def reader() -> FileReader:
    """What reads files, as the project bound it."""
    made: FileReader = import_string(settings.IMPORT_READER)()
    return made


def fields_of(kind: str) -> list[tuple[str, str]]:
    """(field, name) of what a table of that kind may tell."""
    kinds = import_string(settings.IMPORT_FIELDS)()
    return [(f, str(FIELD_NAMES.get(f, f))) for f in kinds[kind]["fields"]] if kind in kinds else []


@attrs.frozen
class Column:
    """A heading, what it is read as, and its first values."""

    heading: str
    field: str
    values: tuple[str, ...]


@attrs.frozen
class Sheet:
    """A table among the files: how it is read, and what is wrong if it cannot be."""

    name: str
    fingerprint: str
    kind: str
    columns: tuple[Column, ...]
    fields: list[tuple[str, str]]
    remembered: bool
    problem: str = ""


@attrs.frozen
class Review:
    """Everything about the files that wait."""

    formats: list[tuple[str, int]]
    sheets: tuple[Sheet, ...]
    broken: tuple[str, ...]
    tally: Tally | None
    tried: bool = False

    @property
    def ready(self) -> bool:
        """Whether anything can be loaded."""
        return bool(self.formats) and not any(s.problem for s in self.sheets)


def review(creditor: Creditor, staged: staging.Staged, today: date) -> Review:
    """Look at the files; if they are not too many, try the load and undo it."""
    with_sheets: dict[str, Sheet] = {}
    formats: Counter[str] = Counter()
    broken = []
    look = reader()
    for source in staging.sources(staged):
        try:
            format = look.detect(source.data, source.name)
            formats[str(FORMAT_NAMES.get(format, format))] += 1
            if format in ("csv", "xlsx"):
                sheet = _sheet(look, creditor, source.data, source.name, staged.kind or None)
                with_sheets.setdefault(sheet.fingerprint, sheet)
        except UnusableInput as error:
            broken.append(error.sentence)
    sheets = tuple(with_sheets.values())
    usable = bool(formats) and not any(s.problem for s in sheets)
    tried = usable and staged.size <= DRY_RUN_UP_TO
    tally = None
    if tried:
        wish = Wish(kind=staged.kind or None, dry_run=True)
        files = staging.sources(staged)
        tally = import_files(creditor=creditor, sources=files, reader=reader(), as_of=today, wish=wish).tally
    elif usable and staged.size <= READ_UP_TO:
        tally = _read_through(look, creditor, staged)
    return Review(formats.most_common(), sheets, tuple(broken), tally, tried)


def _read_through(look: FileReader, creditor: Creditor, staged: staging.Staged) -> Tally:
    """What reading alone tells: how many rows, and those that cannot be understood."""
    tally, defaults = Tally(), Defaults(creditor.country, creditor.currency)
    for source in staging.sources(staged):
        try:
            format, layout = look.detect(source.data, source.name), None
            if format in ("csv", "xlsx"):
                fingerprint = look.headings(source.data, source.name)[1]
                layout = read.remembered_layout(creditor.pk, fingerprint, staged.kind or None)
                layout = layout or look.layout(source.data, source.name, kind=staged.kind or None, defaults=defaults)
            kind = layout.kind if layout else None
            for batch in look.read(
                source.data, source.name, format=format, kind=kind, layout=layout, defaults=defaults
            ):
                tally.read += batch.read
                tally.rejected += batch.errors
                tally.warn(batch.warnings)
        except UnusableInput as error:
            tally.read += 1
            tally.reject(Place(source.name), "", "", error.sentence)
    return tally


def _sheet(look: FileReader, creditor: Creditor, data: bytes, name: str, kind: str | None) -> Sheet:
    headings, fingerprint = look.headings(data, name)
    layout, problem, remembered = read.remembered_layout(creditor.pk, fingerprint, kind), "", True
    if layout is None:
        remembered = False
        try:
            layout = look.layout(data, name, kind=kind, defaults=Defaults(creditor.country, creditor.currency))
        except UnusableInput as error:
            layout, problem = Layout(kind or "invoices", {}), error.sentence
    assert layout is not None
    rows = look.sample(data, name, SAMPLE)
    by_heading = {heading: field for field, heading in layout.columns.items()}
    columns = tuple(
        Column(h, by_heading.get(h, ""), tuple(row[i] for row in rows if i < len(row) and row[i]))
        for i, h in enumerate(headings)
    )
    return Sheet(name, fingerprint, layout.kind, columns, fields_of(layout.kind), remembered, problem)


def layout_told(headings: Iterable[str], told: Mapping[str, Any], kind: str, fingerprint: str) -> Layout:
    """The layout that the form says: `col_0`... name the field of each heading. UnusableInput if one repeats."""
    headings = tuple(headings)
    allowed = {f for f, _name in fields_of(kind)}
    columns: dict[str, str] = {}
    for number, heading in enumerate(headings):
        field = str(told.get(f"col_{number}", ""))
        if field not in allowed:
            continue
        if field in columns:
            raise UnusableInput(f"«{FIELD_NAMES[field]}» está en dos columnas: «{columns[field]}» y «{heading}».")
        columns[field] = heading
    return Layout(kind, columns, {}, headings, fingerprint)
