"""Reads of the face: preferences and saved views."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from django.db.models import Q
from django.utils.translation import gettext as _

from puntual.ui.models import Preference, SavedView
from puntual.ui.navigation import Entry, entries


def preference(user_id: int | None) -> Preference:
    """The person's choices, or the defaults."""
    row = Preference.objects.filter(pk=user_id).first() if user_id else None
    return row or Preference()


def saved_views(user_id: int, screen: str) -> list[SavedView]:
    """The views of a list that the person sees: their own and the team's."""
    return list(SavedView.objects.filter(Q(user_id=user_id) | Q(user=None), screen=screen))


def _plain(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c))


def palette_entries(query: str, *, may_open: Callable[[str], bool]) -> list[Entry]:
    """The places whose name or words hold every word of the query, accents aside."""
    words = _plain(query).split()
    catalogue = [
        *entries(may_open=may_open),
        Entry("/mis-opciones/", _("Mis opciones"), "gear", "", _("tema oscuro atajos")),
    ]
    return [e for e in catalogue if all(w in _plain(f"{e.name} {e.words}") for w in words)]
