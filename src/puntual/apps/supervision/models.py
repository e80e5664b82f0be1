"""Reviews of conversations: by whom, how they saw it, and what the agent answered."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

_USER = settings.AUTH_USER_MODEL


class Review(models.Model):
    """One reviewer's view of one conversation. A second reviewer's, blind to the first, serves to calibrate both."""

    creditor = models.ForeignKey("parties.Creditor", on_delete=models.CASCADE, related_name="+", db_index=False)
    #: A call of the desk, or what the agent wrote in a conversation since a day: one of the two.
    handling = models.ForeignKey("workbench.Handling", on_delete=models.CASCADE, null=True, related_name="reviews")
    chat = models.ForeignKey("inbox.Conversation", on_delete=models.CASCADE, null=True, related_name="reviews")
    since = models.DateField(null=True)
    agent = models.ForeignKey(_USER, on_delete=models.CASCADE, related_name="+", db_index=False)
    reviewer = models.ForeignKey(_USER, on_delete=models.CASCADE, related_name="+", db_index=False)
    scores = models.JSONField()
    total = models.PositiveSmallIntegerField()
    good = models.CharField(_("lo que hizo bien"), max_length=400)
    better = models.CharField(_("qué probar la próxima vez"), max_length=400)
    at = models.DateTimeField()
    dispute = models.CharField(_("desacuerdo"), max_length=400, blank=True)
    disputed_at = models.DateTimeField(null=True)
    resolution = models.CharField(_("respuesta"), max_length=400, blank=True)
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(_USER, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["handling", "reviewer"], name="review_once"),
            models.UniqueConstraint(fields=["chat", "since", "agent", "reviewer"], name="review_chat_once"),
            models.CheckConstraint(
                condition=models.Q(handling__isnull=False, chat__isnull=True, since__isnull=True)
                | models.Q(handling__isnull=True, chat__isnull=False, since__isnull=False),
                name="review_of_one",
            ),
        ]
        indexes = [
            models.Index(fields=["creditor", "-at"], name="review_creditor"),
            models.Index(fields=["agent", "-at"], name="review_agent"),
        ]
