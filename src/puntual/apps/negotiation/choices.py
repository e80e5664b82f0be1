"""Words of negotiation that other apps may use. Codes are those of the core's tables; labels are what people read."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class PromiseState(models.TextChoices):
    OPEN = "open", _("Promesa vigente")
    KEPT = "kept", _("Promesa cumplida")
    BROKEN = "broken", _("Promesa incumplida")
    WITHDRAWN = "withdrawn", _("Promesa retirada")


class DealKind(models.TextChoices):
    AGREEMENT = "agreement", _("Convenio")
    SETTLEMENT = "settlement", _("Quita")


class DealState(models.TextChoices):
    TO_APPROVE = "to_approve", _("Por aprobar")
    OFFERED = "offered", _("Ofrecido")
    CURRENT = "current", _("Vigente")
    COMPLETED = "completed", _("Pagado")
    FULFILLED = "fulfilled", _("Cumplida")
    BROKEN = "broken", _("Roto")
    BREACHED = "breached", _("Sin efecto")
    REPLANNED = "replanned", _("Cambiado por otro")
    WITHDRAWN = "withdrawn", _("Retirado")
    REFUSED = "refused", _("No aceptado")
    EXPIRED = "expired", _("Vencido")


class IncentiveKind(models.TextChoices):
    EARLY_DISCOUNT = "early_discount", _("Descuento por pronto pago")
    INTEREST_REDUCTION = "interest_reduction", _("Rebaja de intereses y gastos")
    SETTLEMENT = "settlement", _("Quita")


class IncentiveState(models.TextChoices):
    OFFERED = "offered", _("Ofrecido")
    EARNED = "earned", _("Ganado")
    VOID = "void", _("Sin efecto")
    EXPIRED = "expired", _("Vencido")


class DisputeState(models.TextChoices):
    OPEN = "open", _("Recibida")
    IN_REVIEW = "in_review", _("En revisión")
    WAITING_CUSTOMER = "waiting_customer", _("Espera al cliente")
    FOR_CUSTOMER = "for_customer", _("A favor del cliente")
    FOR_CREDITOR = "for_creditor", _("Se debe")
    PARTLY = "partly", _("En parte a favor del cliente")
    WITHDRAWN = "withdrawn", _("Retirada")
    TOLD = "told", _("Informada")


class DisputeCause(models.TextChoices):
    NOT_RECEIVED = "not_received", _("No recibí lo que se cobra")
    DAMAGED = "damaged", _("Llegó dañado")
    LATE_DELIVERY = "late_delivery", _("Llegó tarde")
    NEVER_ORDERED = "never_ordered", _("No lo pedí")
    WRONG_PRICE = "wrong_price", _("El precio no es el acordado")
    WRONG_QUANTITY = "wrong_quantity", _("La cantidad no es la recibida")
    WRONG_DATE = "wrong_date", _("La fecha o el plazo no es el acordado")
    MISSING_ORDER = "missing_order", _("Falta el número de pedido u orden de compra")
    WRONG_ADDRESS = "wrong_address", _("El domicilio o los datos fiscales están mal")
    DUPLICATE = "duplicate", _("Está cobrada dos veces")
    WRONG_INVOICE = "wrong_invoice", _("La factura tiene otro error")
    ALREADY_PAID = "already_paid", _("Ya lo pagué")
    SERVICE_QUALITY = "service_quality", _("El servicio no fue bueno")
    MISSING_DOCUMENT = "missing_document", _("Falta un documento")
    OTHER = "other", _("Otro motivo")


class ComplaintState(models.TextChoices):
    RECEIVED = "received", _("Recibida")
    IN_REVIEW = "in_review", _("En revisión")
    ESCALATED = "escalated", _("Con un responsable mayor")
    ANSWERED = "answered", _("Respondida")
    CLOSED = "closed", _("Cerrada")


class Source(models.TextChoices):
    """Where somebody said it."""

    PORTAL = "portal", _("Página del cliente")
    AGENT = "agent", _("Gestor")
    REPLY = "reply", _("Respuesta a un mensaje")
    API = "api", _("Otro sistema")


class RootCause(models.TextChoices):
    """What in the company brought a dispute or a complaint about, as whoever looked into it found."""

    PRICES = "prices", _("Lista de precios o descuento mal aplicado")
    BILLING = "billing", _("Error al facturar")
    DELIVERY = "delivery", _("Entrega tardía, incompleta o dañada")
    SALE = "sale", _("Se ofreció algo que no se podía cumplir")
    CASH = "cash", _("Pago recibido y no aplicado")
    RECORDS = "records", _("Datos o contacto equivocados")
    TREATMENT = "treatment", _("Trato o insistencia nuestra")
    OUTSIDE = "outside", _("Nada nuestro: fue ajeno a la empresa")
