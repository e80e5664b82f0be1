"""Words of the customer's page that other apps may use."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class RevokedFor(models.TextChoices):
    """Why a link stopped working."""

    WRONG_PERSON = "wrong_person", _("No es esta persona")
    STAFF = "staff", _("La empresa lo anuló")
    REPLACED = "replaced", _("Se hizo otro")


class ClaimState(models.TextChoices):
    """A «Ya pagué»: it pauses reminders while somebody verifies it."""

    OPEN = "open", _("Por verificar")
    CONFIRMED = "confirmed", _("Confirmado")
    REJECTED = "rejected", _("No se encontró")


class ClaimMethod(models.TextChoices):
    TRANSFER = "transfer", _("Transferencia")
    DEPOSIT = "deposit", _("Depósito en banco")
    CASH = "cash", _("Efectivo")
    CARD = "card", _("Tarjeta")
    CHEQUE = "cheque", _("Cheque")
    WALLET = "wallet", _("Billetera o aplicación")
    OTHER = "other", _("Otra forma")


class PaydayKind(models.TextChoices):
    """When somebody usually has money: reminders are more useful then."""

    MONTHLY = "monthly", _("Una vez al mes")
    FORTNIGHT = "fortnight", _("Los días 15 y último")
    WEEKLY = "weekly", _("Cada semana")


class Weekday(models.IntegerChoices):
    MONDAY = 0, _("lunes")
    TUESDAY = 1, _("martes")
    WEDNESDAY = 2, _("miércoles")
    THURSDAY = 3, _("jueves")
    FRIDAY = 4, _("viernes")
    SATURDAY = 5, _("sábado")
    SUNDAY = 6, _("domingo")


class PreferredChannel(models.TextChoices):
    """Channels that a person may prefer; a preference never replaces a consent."""

    EMAIL = "email", _("Correo")
    WHATSAPP = "whatsapp", _("WhatsApp")
    SMS = "sms", _("Mensaje de texto")
    CALL = "call", _("Llamada")


class Hours(models.TextChoices):
    """Part of the person's own day, half-open. The law's hours still rule within it."""

    ANY = "any", _("A cualquier hora permitida")
    MORNING = "morning", _("Por la mañana, antes de las 12")
    AFTERNOON = "afternoon", _("De 12 a 18")
    EVENING = "evening", _("Después de las 18")


#: Hours -> first and last hour (exclusive) of the person's local day.
HOUR_BOUNDS: Mapping[str, tuple[int, int]] = {
    "any": (0, 24),
    "morning": (0, 12),
    "afternoon": (12, 18),
    "evening": (18, 24),
}


class Every(models.TextChoices):
    WEEK = "week", _("a la semana")
    FORTNIGHT = "fortnight", _("a la quincena")
    MONTH = "month", _("al mes")


class PaperKind(models.TextChoices):
    """Papers that the page issues and whose issue is recorded."""

    NO_DEBT = "no_debt", _("Constancia de que no se debe nada")
    WRONG_PERSON = "wrong_person", _("Constancia de «No soy esta persona»")


#: What each country calls the certificate that nothing is owed.
NO_DEBT_NAMES: Mapping[str, str | Promise] = {
    "CO": _("Paz y salvo"),
    "MX": _("Constancia de no adeudo"),
    "AR": _("Libre deuda"),
    "UY": _("Libre de deuda"),
    "PY": _("Libre deuda"),
    "CL": _("Certificado de no deuda"),
    "PE": _("Constancia de no adeudo"),
    "EC": _("Certificado de no adeudar"),
    "BO": _("Certificado de no adeudo"),
    "BR": _("Declaração de quitação"),
    "CR": _("Constancia de estar al día"),
    "PA": _("Paz y salvo"),
    "ES": _("Certificado de deuda cero"),
}
ANY_NO_DEBT_NAME = _("Constancia de no adeudo")


def no_debt_name(country: str) -> str | Promise:
    """What that country calls the paper."""
    return NO_DEBT_NAMES.get(country, ANY_NO_DEBT_NAME)


#: What the tax id is called where the person lives, for the one question before private papers.
TAX_ID_NAMES: Mapping[str, str] = {
    "MX": "RFC",
    "CO": "NIT o cédula",
    "PE": "RUC o DNI",
    "CL": "RUT",
    "AR": "CUIT o DNI",
    "EC": "RUC o cédula",
    "BR": "CPF ou CNPJ",
    "ES": "NIF",
    "CR": "cédula",
    "PA": "RUC o cédula",
}

#: A link lives this long, and is reused in messages while it has at least RENEW_DAYS left.
LINK_DAYS = 90
RENEW_DAYS = 30
#: A «Ya pagué» pauses this many days, fewer when an earlier one was not found.
CLAIM_PAUSE_DAYS, CLAIM_PAUSE_DAYS_AFTER_REJECTION = 10, 3
#: «Recuérdenme el ...»: how far ahead, and how often in the last 60 days.
REMIND_DAYS_AHEAD, REMINDERS_IN_60_DAYS = 15, 2
#: Whoever says that the situation is delicate is left to a person for this long.
DELICATE_DAYS = 60
#: Numbers of instalments that a page offers, as far as the policy lets them.
PLAN_SIZES = (2, 3, 4, 6, 9, 12, 18, 24)
#: How much of a long list a page carries, so that none weighs over 100 KB: documents, boxes to choose them, charges of
#: one document, charges on their own page, movements of a statement on the screen (the PDF has them all).
LINES_A_PAGE, BOXES_SHOWN, CHARGES_SHOWN, CHARGES_A_PAGE, MOVEMENTS_SHOWN = 20, 60, 4, 200, 120
#: Documents that a list to choose one from names; the others are chosen from the page of their own.
OPTIONS_SHOWN = 300
#: Files that one account may send in a day: slips, photos of what is disputed.
FILES_A_DAY = 8
#: Largest slip, in bytes.
SLIP_MAX = 5 * 1024 * 1024
