"""Writes of the face: preferences and saved views."""

from __future__ import annotations

from puntual.core.errors import UnusableInput
from puntual.ui.choices import Density, Theme
from puntual.ui.models import Preference, SavedView


def set_preference(
    *, user_id: int, theme: str | None = None, density: str | None = None, shortcuts: bool | None = None
) -> Preference:
    """Change what is given and keep the rest."""
    if theme is not None and theme not in Theme.values:
        raise UnusableInput(f"«{theme}» no es un tema: use {', '.join(Theme.values)}.", field="theme")
    if density is not None and density not in Density.values:
        raise UnusableInput(f"«{density}» no es una densidad: use {', '.join(Density.values)}.", field="density")
    given = {"theme": theme, "density": density, "shortcuts": shortcuts}
    row, _made = Preference.objects.update_or_create(
        user_id=user_id, defaults={name: value for name, value in given.items() if value is not None}
    )
    return row


def save_view(*, user_id: int, screen: str, name: str, query: str, for_team: bool = False) -> SavedView:
    """Keep the filters of a list under a name; the same name replaces its filters."""
    if not name.strip():
        raise UnusableInput("Escriba un nombre para la vista, por ejemplo «Más de 60 días».", field="name")
    owner = None if for_team else user_id
    row, _made = SavedView.objects.update_or_create(
        user_id=owner, screen=screen, name=name.strip()[:60], defaults={"query": query[:500]}
    )
    return row


def remove_view(*, user_id: int, view_id: int) -> SavedView | None:
    """Forget one of the person's own views; returns it so that the act can be undone."""
    row = SavedView.objects.filter(pk=view_id, user_id=user_id).first()
    if row:
        SavedView.objects.filter(pk=row.pk).delete()
    return row
