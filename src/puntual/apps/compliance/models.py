"""Registers that the law asks for: consents and opt-outs (append-only), situations that stop automation, decisions."""

from __future__ import annotations

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
