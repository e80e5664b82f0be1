"""Words of the ledger that other apps may use. Numbers are stored; names are what code and people say."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from puntual.core.ledger.books import Component, Ledger

LEDGER_LABELS = {
    Ledger.RECEIVABLE: _("Por cobrar"),
    Ledger.SALES: _("Ventas"),
    Ledger.CASH: _("Dinero recibido"),
    Ledger.UNAPPLIED: _("Pagos sin aplicar"),
    Ledger.INTEREST_INCOME: _("Intereses"),
    Ledger.FEE_INCOME: _("Gastos de cobranza"),
    Ledger.DISCOUNTS: _("Descuentos"),
    Ledger.WAIVERS: _("Condonaciones"),
    Ledger.WITHHOLDINGS: _("Retenciones"),
    Ledger.WRITE_OFFS: _("Castigos"),
    Ledger.ADJUSTMENTS: _("Ajustes de saldo"),
    Ledger.RETURNS: _("Notas de crédito"),
    Ledger.CHARGEBACKS: _("Contracargos"),
    Ledger.GATEWAY_FEES: _("Comisiones de pasarelas"),
    Ledger.GATEWAY_CLEARING: _("Retenido por pasarelas"),
}
COMPONENT_LABELS = {
    Component.PRINCIPAL: _("Capital"),
    Component.INTEREST: _("Interés"),
    Component.FEE: _("Gastos"),
}


class EventKind(models.TextChoices):
    INVOICE = "invoice", _("Factura")
    CREDIT_NOTE = "credit_note", _("Nota de crédito")
    PAYMENT = "payment", _("Pago")
    ALLOCATION = "allocation", _("Aplicación de pago")
    INTEREST = "interest", _("Interés moratorio")
    FEE = "fee", _("Gasto de cobranza")
    DISCOUNT = "discount", _("Descuento")
    WAIVER = "waiver", _("Condonación")
    WITHHOLDING = "withholding", _("Retención")
    CHARGEBACK = "chargeback", _("Contracargo")
    REFUND = "refund", _("Devolución")
    GATEWAY_FEE = "gateway_fee", _("Comisión de pasarela")
    WRITE_OFF = "write_off", _("Castigo")
    RECOVERY = "recovery", _("Recuperación de castigo")
    ADJUSTMENT = "adjustment", _("Ajuste de saldo")
    REVERSAL = "reversal", _("Reversión")


class ItemState(models.TextChoices):
    """What people read of a due item, derived from its position and its holds."""

    UPCOMING = "upcoming", _("Por vencer")
    DUE_TODAY = "due_today", _("Vence hoy")
    OVERDUE = "overdue", _("Vencida")
    PART_PAID = "part_paid", _("Abonada")
    PAID = "paid", _("Pagada")
    DISPUTED = "disputed", _("En aclaración")
    PROMISED = "promised", _("Promesa vigente")
    AGREED = "agreed", _("Convenio vigente")
