"""Who is owed, who owes, and how to reach them. Personal fields are sealed under a key of the person's own
(`vault`)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from puntual.apps.parties.choices import AddressForm, DebtorKind, PointKind, PointRole, PointStatus


class Creditor(models.Model):
    """Who is owed: a company of ours, or a client (mandante) of the contact centre."""

    code = models.SlugField(_("código"), max_length=40, unique=True)
    name = models.CharField(_("nombre"), max_length=200)
    legal_name = models.CharField(_("razón social"), max_length=200, blank=True)
    tax_id = models.CharField(_("identificación fiscal"), max_length=32, blank=True)
    country = models.CharField(_("país"), max_length=2)
    zone = models.CharField(_("zona horaria"), max_length=64)
    currency = models.CharField(_("moneda"), max_length=3)
    credit_days = models.PositiveSmallIntegerField(_("días de crédito"), null=True, blank=True)
    address_form = models.CharField(_("trato"), max_length=5, choices=AddressForm, default=AddressForm.USTED)
    people_word = models.CharField(_("quienes cobran se llaman"), max_length=20, default="asesores")
    phone = models.CharField(_("teléfono"), max_length=32, blank=True)
    email = models.EmailField(_("correo"), blank=True)
    complaint_office = models.CharField(_("oficina de quejas"), max_length=300, blank=True)
    payment_instructions = models.TextField(_("cómo pagar"), blank=True)
    test_mode = models.BooleanField(_("modo de prueba"), default=True)
    approve_first = models.PositiveIntegerField(_("envíos que aún se aprueban uno por uno"), default=20)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class Party(models.Model):
    """A person or company, known once per installation by tax id and verified contact points."""

    debtor = models.CharField(_("tipo"), max_length=10, choices=DebtorKind, default=DebtorKind.UNKNOWN)
    country = models.CharField(_("país"), max_length=2, blank=True)
    subdivision = models.CharField(_("estado o región"), max_length=6, blank=True)
    zone = models.CharField(_("zona horaria"), max_length=64, blank=True, help_text=_("vacía: todas las de su país"))
    language = models.CharField(_("idioma"), max_length=8, blank=True)
    sealed_name = models.BinaryField()
    sealed_tax_id = models.BinaryField(null=True)
    #: Blind index of the normalised tax id; null when there is none or it is a generic one, which never identifies.
    tax_digest = models.BinaryField(max_length=16, null=True, unique=True)
    erased_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)


class PartyKey(models.Model):
    """The key of one person, wrapped by the installation's. Destroying the row makes what it sealed unreadable."""

    party = models.OneToOneField(Party, on_delete=models.CASCADE, primary_key=True, related_name="key")
    wrapped = models.BinaryField()


class PartyToken(models.Model):
    """Blind index of the words of a name, for search. Destroyed on erasure."""

    party = models.ForeignKey(Party, on_delete=models.CASCADE, db_index=False)
    token = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["token", "party"], name="party_token"),
            models.Index(fields=["party"], name="party_token_party"),
        ]


class ContactPoint(models.Model):
    """An address, phone or e-mail of a party. Silencing is monotonic: only the person's own later act lifts it."""

    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="points")
    kind = models.CharField(_("clase"), max_length=8, choices=PointKind)
    sealed_value = models.BinaryField()
    digest = models.BinaryField(max_length=16, db_index=True)
    status = models.CharField(_("estado"), max_length=10, choices=PointStatus, default=PointStatus.ACTIVE)
    role = models.CharField(_("papel"), max_length=10, choices=PointRole, default=PointRole.DEBTOR)
    label = models.CharField(_("nota"), max_length=80, blank=True)
    rank = models.SmallIntegerField(_("orden"), default=0)
    source = models.CharField(_("origen"), max_length=40, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["party", "digest"], name="point_once_per_party")]


class SilencedPoint(models.Model):
    """«No soy esta persona»: a contact point silenced everywhere, for ever, whatever is imported later."""

    digest = models.BinaryField(max_length=16, unique=True)
    reason = models.CharField(max_length=40)
    at = models.DateTimeField()
    #: [[contact point, its status before], ...]
    before = models.JSONField(default=list)
    #: A person found that nobody had said it; the row stays.
    lifted_at = models.DateTimeField(null=True)


class Account(models.Model):
    """A party's relation to a creditor (cliente)."""

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="accounts")
    creditor = models.ForeignKey(Creditor, on_delete=models.PROTECT, related_name="accounts")
    code = models.CharField(_("código de cliente"), max_length=64)
    credit_days = models.PositiveSmallIntegerField(_("días de crédito"), null=True, blank=True)
    segment = models.CharField(_("segmento"), max_length=40, blank=True)
    policy = models.ForeignKey("policies.Policy", on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["creditor", "code"], name="account_code_per_creditor")]
        indexes = [
            models.Index(fields=["creditor", "segment"], name="account_segment", condition=~models.Q(segment="")),
        ]
