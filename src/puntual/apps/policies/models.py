"""Policies: dated, versioned documents. A version never changes once it was active; every action pins its own."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Policy(models.Model):
    """A named policy of a creditor. The default one serves the accounts that have none of their own."""

    creditor = models.ForeignKey("parties.Creditor", on_delete=models.CASCADE, related_name="policies")
    name = models.CharField(_("nombre"), max_length=80)
    default = models.BooleanField(_("para las cuentas sin otra"), default=False)
    public_slug = models.SlugField(_("página pública"), max_length=40, unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creditor", "name"], name="policy_name_once"),
            models.UniqueConstraint(fields=["creditor"], condition=models.Q(default=True), name="one_default_policy"),
        ]

    def __str__(self) -> str:
        return self.name


class PolicyVersion(models.Model):
    """The text of a policy as it was activated: YAML, with its digest."""

    policy = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    text = models.TextField()
    digest = models.CharField(max_length=64)
    active_from = models.DateTimeField(null=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["policy", "number"], name="policy_version_once")]
