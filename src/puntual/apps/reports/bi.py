"""The read-only SQL schema for outside tools: one view per thing of the field, the same on both databases.

Names, addresses, telephones and anything that a person wrote stay out: who needs them asks the product. Amounts are
whole numbers of minor units beside their currency. `docs/reference/esquema-bi.md` is written from here.
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs
import polars as pl

from puntual.core.frames import ID, INSTANT, MINOR, Column, Schema

_TEXT, _DATE, _COUNT = pl.String, pl.Date, pl.Int64
_OWNER = {"empresa": Column(ID, "empresa: `bi_empresas.id`")}
_CUSTOMER = {**_OWNER, "cliente": Column(ID, "cliente: `bi_clientes.id`", null=True)}
_MONEY = {"moneda": Column(_TEXT, "moneda ISO 4217"), "importe_minor": Column(MINOR, "importe en unidades mínimas")}
_ID = {"id": Column(ID, "identificador")}
_COMPONENT = "CASE e.component WHEN 1 THEN 'principal' WHEN 2 THEN 'interest' ELSE 'fee' END"


@attrs.frozen
class View:
    """One view: its meaning, its columns in order, and its SELECT, whose columns come in the same order."""

    meaning: str
    columns: Schema
    sql: str


VIEWS: dict[str, View] = {
    "bi_empresas": View(
        "Las empresas a las que se debe.",
        {**_ID, "codigo": Column(_TEXT, "código"), "nombre": Column(_TEXT, "nombre"), "pais": Column(_TEXT, "país"),
         "zona": Column(_TEXT, "zona horaria"), "moneda": Column(_TEXT, "moneda de la empresa")},
        "SELECT id, code, name, country, zone, currency FROM parties_creditor",
    ),
    "bi_clientes": View(
        "Los clientes de cada empresa, sin su nombre ni sus datos de contacto.",
        {**_ID, **_OWNER, "persona": Column(ID, "persona: la misma en todas las empresas"),
         "codigo": Column(_TEXT, "código de cliente"), "segmento": Column(_TEXT, "segmento; vacío: ninguno")},
        "SELECT id, creditor_id, party_id, code, segment FROM parties_account",
    ),
    "bi_documentos": View(
        "Cada documento o cuota por cobrar, con lo que está abierto ahora.",
        {**_ID, **_CUSTOMER, "factura": Column(_TEXT, "número de la factura"), "cuota": Column(_COUNT, "cuota"),
         "emitido_el": Column(_DATE, "emisión"), "vence_el": Column(_DATE, "vencimiento"), **_MONEY,
         "capital_minor": Column(MINOR, "capital abierto"), "interes_minor": Column(MINOR, "interés abierto"),
         "gasto_minor": Column(MINOR, "gasto abierto"), "abierto_minor": Column(MINOR, "todo lo abierto"),
         "producto": Column(_TEXT, "producto"), "area": Column(_TEXT, "área"), "vendedor": Column(_TEXT, "vendedor"),
         "planta": Column(_TEXT, "planta o sucursal"),
         "venta_el": Column(_DATE, "cuándo fue la venta", null=True),
         "sustituye": Column(_TEXT, "folio fiscal de la factura que sustituye", null=True)},
        "SELECT d.id, d.creditor_id, d.account_id, i.number, d.seq, i.issued_on, d.due_on, d.currency, "
        "d.original_minor, COALESCE(b.principal_minor, 0), COALESCE(b.interest_minor, 0), COALESCE(b.fee_minor, 0), "
        "COALESCE(b.open_minor, 0), i.product, i.department, i.seller, i.plant, i.sold_on, r.fiscal_id "
        "FROM receivables_dueitem d JOIN receivables_invoice i ON i.id = d.invoice_id "
        "LEFT JOIN receivables_invoice r ON r.id = i.replaces_id "
        "LEFT JOIN receivables_duebalance b ON b.due_item_id = d.id",
    ),
    "bi_movimientos": View(
        "Cada cambio de lo que se debe. Su suma hasta un día es el saldo de ese día.",
        {**_ID, **_CUSTOMER, "documento": Column(ID, "documento: `bi_documentos.id`"),
         "fecha": Column(_DATE, "fecha del hecho"), "hecho": Column(_TEXT, "invoice, credit_note, allocation, ..."),
         "componente": Column(_TEXT, "principal, interest o fee"), **_MONEY},
        "SELECT e.id, v.creditor_id, v.account_id, e.due_item_id, v.effective_on, v.kind, "
        f"{_COMPONENT}, v.currency, e.amount_minor FROM receivables_entry e "
        "JOIN receivables_event v ON v.id = e.event_id WHERE e.ledger = 1",
    ),
    "bi_cobros": View(
        "El dinero que entró, y en negativo el que se devolvió.",
        {**_ID, **_CUSTOMER, "fecha": Column(_DATE, "fecha del pago"),
         "hecho": Column(_TEXT, "payment, reversal, chargeback, refund, recovery"), **_MONEY},
        "SELECT e.id, v.creditor_id, v.account_id, v.effective_on, v.kind, v.currency, e.amount_minor "
        "FROM receivables_entry e JOIN receivables_event v ON v.id = e.event_id WHERE e.ledger = 3 "
        "AND v.kind IN ('payment', 'reversal', 'chargeback', 'refund', 'recovery')",
    ),
    "bi_gestiones": View(
        "Cada contacto, de ida o de vuelta.",
        {**_ID, "empresa": Column(ID, "empresa", null=True), "cliente": Column(ID, "cliente", null=True),
         "momento": Column(INSTANT, "instante, en UTC"), "canal": Column(_TEXT, "canal"),
         "sentido": Column(_TEXT, "out: nuestro; in: de la persona"),
         "directo": Column(pl.Boolean, "se habló con la persona"),
         "cuenta": Column(pl.Boolean, "cuenta en los límites"),
         "campana": Column(_TEXT, "paso de la política"), "asesor": Column(ID, "usuario", null=True),
         "mensaje": Column(ID, "mensaje: `bi_mensajes.id`", null=True)},
        "SELECT id, creditor_id, account_id, at, channel, direction, direct_contact, counts, step, by_id, outbox_id "
        "FROM outreach_contact",
    ),
    "bi_mensajes": View(
        "Cada mensaje programado, salido o retirado. Sin lo que decía.",
        {**_ID, **_CUSTOMER, "canal": Column(_TEXT, "canal"), "etapa": Column(_TEXT, "etapa"),
         "campana": Column(_TEXT, "paso de la política"), **_MONEY, "estado": Column(_TEXT, "estado"),
         "terminado": Column(INSTANT, "cuándo salió o se cerró, en UTC", null=True)},
        "SELECT id, creditor_id, account_id, channel, stage, step, currency, amount_minor, state, finished_at "
        "FROM outreach_outbox",
    ),
    "bi_hechos": View(
        "Lo que pasó con cada mensaje: llegó, lo abrió, vio su página, eligió cómo pagar, falló, pagó.",
        {**_ID, **_CUSTOMER, "mensaje": Column(ID, "mensaje", null=True), "hecho": Column(_TEXT, "qué pasó"),
         "momento": Column(INSTANT, "instante, en UTC"), "canal": Column(_TEXT, "canal"),
         "medio": Column(_TEXT, "medio de pago"), "aparato": Column(_TEXT, "aparato")},
        "SELECT f.id, a.creditor_id, f.account_id, f.outbox_id, f.kind, f.at, f.channel, f.method, f.device "
        "FROM outreach_fact f JOIN parties_account a ON a.id = f.account_id",
    ),
    "bi_promesas": View(
        "Cada promesa de pago y lo que fue de ella.",
        {**_ID, **_CUSTOMER, **_MONEY, "hecha_el": Column(_DATE, "hecha el"), "para_el": Column(_DATE, "para el"),
         "estado": Column(_TEXT, "open, kept, broken, withdrawn"), "juzgada_el": Column(_DATE, "juzgada", null=True),
         "asesor": Column(ID, "usuario que la tomó; vacío: el cliente", null=True)},
        "SELECT id, creditor_id, account_id, currency, amount_minor, made_on, promised_on, state, closed_on, by_id "
        "FROM negotiation_promise",
    ),
    "bi_aclaraciones": View(
        "Cada importe en aclaración, con su motivo y su responsable. Sin lo que se escribió.",
        {**_ID, **_CUSTOMER, "documento": Column(ID, "documento"), **_MONEY,
         "acreditado_minor": Column(MINOR, "acreditado"), "motivo": Column(_TEXT, "motivo"),
         "responsable": Column(_TEXT, "área responsable"), "abierta_el": Column(_DATE, "abierta"),
         "limite": Column(_DATE, "responder antes de"), "estado": Column(_TEXT, "estado")},
        "SELECT id, creditor_id, account_id, due_item_id, currency, disputed_minor, credited_minor, cause, department, "
        "opened_on, deadline_on, state FROM negotiation_dispute",
    ),
    "bi_quejas": View(
        "Cada queja por el trato.",
        {**_ID, **_CUSTOMER, "responsable": Column(_TEXT, "área responsable"), "abierta_el": Column(_DATE, "abierta"),
         "limite": Column(_DATE, "responder antes de"), "estado": Column(_TEXT, "estado")},
        "SELECT id, creditor_id, account_id, department, opened_on, deadline_on, state FROM negotiation_complaint",
    ),
    "bi_decisiones": View(
        "Lo que el plan de cada día decidió sobre cada cliente, con su razón y su norma.",
        {**_ID, **_CUSTOMER, "dia": Column(_DATE, "día del plan"),
         "veredicto": Column(_TEXT, "allow, defer, deny o skip"), "razon": Column(_TEXT, "código de la razón"),
         "norma": Column(_TEXT, "regla de la norma", null=True), "etapa": Column(_TEXT, "etapa"),
         "canal": Column(_TEXT, "canal", null=True), **_MONEY},
        "SELECT r.id, p.creditor_id, r.account_id, p.day, r.verdict, r.reason, r.rule, r.stage, r.channel, r.currency, "
        "r.amount_minor FROM planning_planrow r JOIN planning_plan p ON p.id = r.plan_id",
    ),
}  # fmt: skip


def statements(vendor: str) -> Iterator[str]:
    """The SQL that makes every view, or makes it again; nothing else in the database is touched."""
    for name, view in VIEWS.items():
        if vendor == "sqlite":
            yield f"DROP VIEW IF EXISTS {name}"
        again = "OR REPLACE " if vendor == "postgresql" else ""
        yield f"CREATE {again}VIEW {name} ({', '.join(view.columns)}) AS {view.sql}"


def page() -> str:
    """The reference page, in Markdown."""
    head = """# Esquema de solo lectura para otras herramientas

Esta página se escribe sola desde el producto (`apps/reports/bi.py`); una prueba comprueba que está al día.

Cualquier herramienta de análisis puede leer estas vistas, iguales en SQLite y en PostgreSQL. No traen nombres, correos,
teléfonos ni nada que una persona haya escrito. Los importes son enteros en la unidad mínima de su moneda (centavos; en
CLP y PYG, pesos y guaraníes): no sume monedas distintas. Los instantes están en UTC; las fechas, en la zona de la
empresa.

- En PostgreSQL dé a la herramienta un usuario que solo lea:
  `CREATE ROLE lector LOGIN; GRANT SELECT ON {all} TO lector;`
- En SQLite ábrala como solo lectura: `file:puntual.sqlite3?mode=ro`.
- Sin tocar la base: `puntual export views --out CARPETA` deja un archivo Parquet por vista.

El saldo de cualquier día pasado:
`SELECT moneda, SUM(importe_minor) FROM bi_movimientos WHERE empresa = 1 AND fecha <= '2026-04-30' GROUP BY moneda`.
"""
    parts = [head.replace("{all}", ", ".join(VIEWS))]
    for name, view in VIEWS.items():
        parts.append(f"\n## `{name}`\n\n{view.meaning}\n\n| columna | tipo | qué es |\n|---|---|---|\n")
        parts += [f"| `{n}` | {_kind(c)} | {c.meaning} |\n" for n, c in view.columns.items()]
    return "".join(parts)


def _kind(column: Column) -> str:
    names = {pl.String: "texto", pl.Date: "fecha", pl.Boolean: "sí o no"}
    kind = names.get(column.dtype, "instante" if column.dtype == INSTANT else "entero")
    return f"{kind}, puede faltar" if column.null else kind
