"""How each person likes the face, and the views of a list that they or their team keep."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from puntual.ui.choices import Density, Theme


class Preference(models.Model):
    """One row a user; no row means the defaults."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+")
    theme = models.CharField(max_length=8, choices=Theme, default=Theme.SYSTEM)
    density = models.CharField(max_length=8, choices=Density, default=Density.NORMAL)
    shortcuts = models.BooleanField(default=True)


class SavedView(models.Model):
    """The filters and order of a list under a name. Without a user it is the whole team's."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    screen = models.CharField(max_length=40)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=500)

    class Meta:
        ordering = ["name", "pk"]
        indexes = [models.Index(fields=["screen", "user"], name="ui_view_of_screen")]
