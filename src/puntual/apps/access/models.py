"""Who has which role where; keys of other programs, and what each already asked for, so that a repeated request
changes nothing."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from puntual.apps.access.choices import (
    APPROVABLES,
    APPROVAL_STATES,
    MASS_FROM,
    WAITING,
    WAITS_DAYS,
    role_choices,
)


class ApiKey(models.Model):
    """A bearer key. Only its digest is kept; the key itself is shown once. Without a creditor it serves every one."""

    name = models.CharField(_("nombre"), max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    creditor = models.ForeignKey("parties.Creditor", on_delete=models.CASCADE, null=True, related_name="api_keys")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True)


class Repeated(models.Model):
    """The answer that was given to an Idempotency-Key, and the digest of what was asked with it."""

    api_key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=120)
    asked = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    answer = models.JSONField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["api_key", "key"], name="idempotency_once")]


class Membership(models.Model):
    """A role of a person at one creditor, or over all of them (`creditor` empty). `areas`: the departments and sellers
    whose disputes are theirs, for a role that sees only its own."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    creditor = models.ForeignKey("parties.Creditor", on_delete=models.CASCADE, null=True, related_name="+")
    role = models.CharField(max_length=20, choices=role_choices())
    areas = models.JSONField(_("áreas y vendedores"), default=list)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "creditor", "role"], name="membership_once"),
            models.UniqueConstraint(
                fields=["user", "role"], condition=models.Q(creditor=None), name="membership_once_everywhere"
            ),
        ]


class SecondStepRole(models.Model):
    """A role whose people must have a second step. Who administers says which."""

    role = models.CharField(max_length=20, choices=role_choices(), unique=True)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    set_at = models.DateTimeField(auto_now_add=True)


class Approval(models.Model):
    """Something that one person asked and another must approve. `detail`: ids, amounts and codes, never words of a
    person; `key`: the same form sent twice is one."""

    creditor = models.ForeignKey("parties.Creditor", on_delete=models.CASCADE, related_name="+", db_index=False)
    account = models.ForeignKey("parties.Account", on_delete=models.CASCADE, null=True, related_name="+")
    kind = models.CharField(max_length=20, choices=[(code, one.name) for code, one in APPROVABLES.items()])
    key = models.CharField(max_length=80, unique=True)
    amount_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, blank=True)
    reason = models.CharField(_("motivo"), max_length=300)
    detail = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=list(APPROVAL_STATES.items()), default=WAITING)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    #: After this nobody says yes any more: what was asked may not be true any longer.
    expires_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["creditor", "state", "asked_at"], name="approval_state")]


class ApprovalRules(models.Model):
    """What a creditor asks of two people: from how many messages at once, and how long a request waits."""

    creditor = models.OneToOneField("parties.Creditor", on_delete=models.CASCADE, primary_key=True, related_name="+")
    mass_from = models.PositiveIntegerField(_("mensajes que aprueba otra persona, desde"), default=MASS_FROM)
    waits_days = models.PositiveSmallIntegerField(_("días que espera lo pedido"), default=WAITS_DAYS)


class LetGo(models.Model):
    """How many messages a person let go without another's yes, by day and by batch (a plan, a load): many in small
    pieces are still many. `maker` 0: nobody by name (the command line, a key that nobody made)."""

    creditor = models.ForeignKey("parties.Creditor", on_delete=models.CASCADE, related_name="+", db_index=False)
    maker = models.BigIntegerField(default=0)
    day = models.DateField()
    batch = models.CharField(max_length=40)
    n = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["creditor", "day", "maker", "batch"], name="let_go_once")]
