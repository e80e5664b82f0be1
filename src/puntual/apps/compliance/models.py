"""Registers that the law asks for: consents and opt-outs (append-only), situations that stop automation, circumstances
that a rule names, and the soft values of the norms that this installation changed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Consent(models.Model):
    """One act of granting or withdrawing. Rows are only added; the latest lawful one rules (see core.compliance)."""

    party = models.ForeignKey("parties.Party", on_delete=models.CASCADE, related_name="consents")
    channel = models.CharField(_("canal"), max_length=10, help_text=_("* para todos"))
    status = models.CharField(_("estado"), max_length=10)
    at = models.DateTimeField(_("desde"))
    source = models.CharField(_("origen"), max_length=20)
    basis = models.CharField(_("base"), max_length=60, blank=True)
    text = models.TextField(_("texto aceptado"), blank=True)
    proof = models.CharField(_("prueba"), max_length=200, blank=True)
    recorded_at = models.DateTimeField(auto_now_add=True)


class Situation(models.Model):
    """A situation that stops automation and routes to a person: minimal data, with an end."""

    party = models.ForeignKey("parties.Party", on_delete=models.CASCADE, related_name="situations")
    reason = models.CharField(_("situación"), max_length=24)
    since = models.DateField()
    until = models.DateField(null=True)
    note = models.CharField(max_length=200, blank=True)
    recorded_at = models.DateTimeField(auto_now_add=True)


class PartyFlag(models.Model):
    """A circumstance of a person that a rule of a norm names (minor, attorney, microcredit...), while it lasts."""

    party = models.ForeignKey("parties.Party", on_delete=models.CASCADE, related_name="flags")
    flag = models.CharField(_("circunstancia"), max_length=40)
    since = models.DateField()
    until = models.DateField(null=True)
    proof = models.CharField(_("prueba"), max_length=200, blank=True)
    recorded_at = models.DateTimeField(auto_now_add=True)


class SoftValue(models.Model):
    """One soft value of a norm as this installation wants it, who said so and why. `ended_at`: it was taken back.

    `rule` empty: a field of the whole norm (its reviewer). `field` enabled: whether the rule applies at all.
    """

    pack = models.CharField(_("país"), max_length=2)
    rule = models.CharField(_("regla"), max_length=40, blank=True)
    field = models.CharField(_("campo"), max_length=30)
    value = models.JSONField(_("valor"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    by_name = models.CharField(max_length=150, blank=True)
    at = models.DateTimeField()
    note = models.CharField(_("motivo"), max_length=300)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pack", "rule", "field"], name="soft_value_once", condition=models.Q(ended_at=None)
            )
        ]
