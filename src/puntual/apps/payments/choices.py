"""Words of payments that other apps may use."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Provider(models.TextChoices):
    MERCADOPAGO = "mercadopago", "Mercado Pago"
    STRIPE = "stripe", "Stripe"
    PAYPAL = "paypal", "PayPal"


class PaymentStatus(models.TextChoices):
    PENDING = "pending", _("Por confirmarse")
    PAID = "paid", _("Pagado")
    FAILED = "failed", _("No pasó")
    REFUNDED = "refunded", _("Devuelto")
    CHARGED_BACK = "charged_back", _("Contracargo")


class LineState(models.TextChoices):
    SUGGESTED = "suggested", _("Por confirmar")
    APPLIED = "applied", _("Aplicado")
    IGNORED = "ignored", _("No es un pago")
    PAYOUT = "payout", _("Depósito de pasarela o domiciliación")


#: Why a movement of the bank pays nobody's debt, as a person says it: codes of core.reasons.
NOT_A_PAYMENT = ("match_own_transfer", "match_supplier_refund", "match_loan_or_capital", "match_no_customer")


#: How a policy calls each way to share money that names no document (core.ledger.allocation.Strategy), for people.
STRATEGIES = {
    "antigua": _("Lo más antiguo primero"),
    "mayor": _("Lo mayor primero"),
    "legal": _("En el orden de la ley civil"),
    "proporcional": _("En proporción a lo que se debe"),
    "pagador": _("Nada, hasta que quien paga diga"),
}


class RefundState(models.TextChoices):
    TO_APPROVE = "to_approve", _("Por aprobar")
    APPROVED = "approved", _("Aprobada, por enviarse")
    DONE = "done", _("Devuelta")
    FAILED = "failed", _("La pasarela no la hizo")
    REJECTED = "rejected", _("No se aprobó")


class MandateState(models.TextChoices):
    ASKED = "asked", _("Por autorizar")
    ACTIVE = "active", _("Autorizado")
    REVOKED = "revoked", _("Retirado")


class AlertDecision(models.TextChoices):
    """What a person found out about something unusual."""

    FINE = "fine", _("Está bien")
    TALKED = "talked", _("Se habló con quien paga")
    REFUND = "refund", _("Se devuelve")
    FRAUD = "fraud", _("Parece fraude: se avisó")


class AliasKind(models.TextChoices):
    NAME = "name", _("Nombre")
    BANK = "bank", _("Cuenta bancaria")


#: What each provider needs to know, and what people call it.
CREDENTIALS = {
    Provider.MERCADOPAGO: {"access_token": _("Access token"), "webhook_secret": _("Clave secreta de avisos")},
    Provider.STRIPE: {"secret_key": _("Clave secreta"), "webhook_secret": _("Secreto del webhook")},
    Provider.PAYPAL: {
        "client_id": _("Client ID"),
        "client_secret": _("Secret"),
        "webhook_id": _("Identificador del webhook"),
    },
}
