"""The books. Facts are only ever added; balances are projections written in the entries' own transaction."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from puntual.apps.receivables.choices import COMPONENT_LABELS, LEDGER_LABELS, EventKind


class Invoice(models.Model):
    """A sale on credit. What it says never changes; what is open is told by the entries of its due items."""

    creditor = models.ForeignKey("parties.Creditor", on_delete=models.PROTECT, related_name="+", db_index=False)
    account = models.ForeignKey("parties.Account", on_delete=models.PROTECT, related_name="invoices")
    number = models.CharField(_("número"), max_length=64)
    #: Fiscal id (UUID, CUFE, clave de acceso...) or the number where there is none: what makes a second import the
    #: same.
    fiscal_id = models.CharField(_("folio fiscal"), max_length=80)
    issued_on = models.DateField(_("fecha"))
    #: When the sale was agreed, where somebody says so: from it to the invoice is time that our own house took.
    sold_on = models.DateField(_("fecha de la venta"), null=True)
    currency = models.CharField(_("moneda"), max_length=3)
    total_minor = models.BigIntegerField(_("total"))
    product = models.CharField(_("producto"), max_length=60, blank=True)
    department = models.CharField(_("área"), max_length=60, blank=True)
    seller = models.CharField(_("vendedor"), max_length=60, blank=True)
    plant = models.CharField(_("planta o sucursal"), max_length=60, blank=True, db_default="")
    #: The invoice that this one was issued again for: that one was wrong.
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="replaced_by")
    payment_method = models.CharField(_("método de pago fiscal"), max_length=8, blank=True)
    assumed_terms = models.BooleanField(_("vencimiento supuesto"), default=False)
    document = models.ForeignKey("imports.Document", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["creditor", "fiscal_id"], name="invoice_fiscal_id_once")]
        indexes = [models.Index(fields=["creditor", "number"], name="invoice_number")]


class DueItem(models.Model):
    """The collectable unit: an invoice has one or more."""

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="items")
    account = models.ForeignKey("parties.Account", on_delete=models.PROTECT, related_name="+")
    creditor = models.ForeignKey("parties.Creditor", on_delete=models.PROTECT, related_name="+", db_index=False)
    seq = models.PositiveSmallIntegerField(_("cuota"), default=1)
    due_on = models.DateField(_("vence"))
    currency = models.CharField(max_length=3)
    original_minor = models.BigIntegerField(_("importe original"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["invoice", "seq"], name="due_item_once")]


class Event(models.Model):
    """One thing that happened to money. Its entries balance to zero; its key makes a repetition harmless."""

    creditor = models.ForeignKey("parties.Creditor", on_delete=models.PROTECT, related_name="+", db_index=False)
    account = models.ForeignKey("parties.Account", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=EventKind)
    currency = models.CharField(max_length=3)
    effective_on = models.DateField(_("fecha del hecho"))
    source = models.CharField(_("origen"), max_length=40)
    key = models.CharField(_("llave de idempotencia"), max_length=160, unique=True)
    provisional = models.BooleanField(default=False)
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="reversed_by")
    note = models.CharField(max_length=300, blank=True)
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["creditor", "kind", "effective_on"], name="event_kind_day")]


class Entry(models.Model):
    """One leg of an event: positive is debit, negative is credit. Refuses update and delete, by triggers."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="entries")
    account = models.ForeignKey("parties.Account", on_delete=models.PROTECT, related_name="+", db_index=False)
    ledger = models.SmallIntegerField(choices=list(LEDGER_LABELS.items()))
    due_item = models.ForeignKey(DueItem, on_delete=models.PROTECT, null=True, related_name="entries")
    component = models.SmallIntegerField(choices=list(COMPONENT_LABELS.items()), null=True)
    amount_minor = models.BigIntegerField()


class DueBalance(models.Model):
    """Projection: what is open of a due item, now. Rebuildable; compared with the entries by `check`."""

    due_item = models.OneToOneField(DueItem, on_delete=models.CASCADE, primary_key=True, related_name="balance")
    account = models.ForeignKey("parties.Account", on_delete=models.CASCADE, related_name="+", db_index=False)
    creditor = models.ForeignKey("parties.Creditor", on_delete=models.CASCADE, related_name="+", db_index=False)
    currency = models.CharField(max_length=3)
    due_on = models.DateField()
    principal_minor = models.BigIntegerField(default=0)
    interest_minor = models.BigIntegerField(default=0)
    fee_minor = models.BigIntegerField(default=0)
    open_minor = models.BigIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["account"], name="due_balance_account"),
            models.Index(fields=["creditor", "due_on"], name="due_balance_open", condition=~models.Q(open_minor=0)),
        ]


class AccountBalance(models.Model):
    """Projection: what an account owes in one currency, now, and since when."""

    account = models.ForeignKey("parties.Account", on_delete=models.CASCADE, related_name="balances")
    creditor = models.ForeignKey("parties.Creditor", on_delete=models.CASCADE, related_name="+", db_index=False)
    currency = models.CharField(max_length=3)
    open_minor = models.BigIntegerField(default=0)
    unapplied_minor = models.BigIntegerField(default=0)
    items_open = models.IntegerField(default=0)
    oldest_due_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "currency"], name="account_balance_once")]
        indexes = [
            models.Index(fields=["creditor", "-open_minor", "account"], name="account_balance_open"),
            models.Index(fields=["creditor", "oldest_due_on", "account"], name="account_balance_oldest"),
            models.Index(fields=["creditor"], name="account_balance_favour", condition=~models.Q(unapplied_minor=0)),
        ]


class DayTotal(models.Model):
    """Projection: what is open of a creditor per currency and due date, so that ageing never scans due items."""

    creditor = models.ForeignKey("parties.Creditor", on_delete=models.CASCADE, related_name="+", db_index=False)
    currency = models.CharField(max_length=3)
    due_on = models.DateField()
    open_minor = models.BigIntegerField(default=0)
    items = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creditor", "currency", "due_on"], name="day_total_once"),
        ]


# How charges were reached lives beside, and belongs to this app's tables.
from puntual.apps.receivables.models_charges import AccrualMark, ChargeRecord  # noqa: E402, F401
