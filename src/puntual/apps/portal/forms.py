"""What people type in their page, read kindly: an amount as each country writes it, a date, a choice of a list."""

from __future__ import annotations

import re
from datetime import date

from django.http import QueryDict
from django.utils.translation import gettext as _

from puntual.core.errors import UnusableInput
from puntual.ui.amounts import read_amount


def amount(text: str, currency: str, *, field: str = "amount") -> int:
    """Minor units of what somebody typed, more than zero. UnusableInput if it is none."""
    minor = read_amount(text, currency, field=field)
    if minor <= 0:
        raise UnusableInput(_("El importe debe ser mayor que cero."), field=field)
    return minor


def day(given: QueryDict, field: str) -> date:
    """A date of a date field. UnusableInput if it is missing or none."""
    try:
        return date.fromisoformat(given.get(field, "").strip())
    except ValueError:
        raise UnusableInput(_("Elija una fecha."), field=field) from None


def choice(given: QueryDict, field: str, known: list[str], *, default: str | None = None) -> str:
    """A value of a list. UnusableInput for any other, unless there is a default for an empty one."""
    value = given.get(field, "").strip()
    if not value and default is not None:
        return default
    if value not in known:
        raise UnusableInput(_("Elija una de las opciones."), field=field)
    return value


def chosen(given: QueryDict, field: str, known: list[int]) -> list[int]:
    """The numbers of a list of boxes that are of this page, in its order; others are ignored."""
    wanted = {int(v) for v in given.getlist(field) if v.isascii() and v.isdigit() and len(v) < 19}
    return [pk for pk in known if pk in wanted]


def page_number(given: QueryDict) -> int:
    """Which page of a list, from 1; the first one for anything else."""
    asked = given.get("pagina", "")
    return max(int(asked), 1) if asked.isascii() and asked.isdigit() and len(asked) < 5 else 1


def text(given: QueryDict, field: str, longest: int = 2000) -> str:
    """Free text without control characters, cut to a length."""
    return re.sub(r"[^\S\n]+", " ", "".join(c for c in given.get(field, "") if c.isprintable() or c == "\n")).strip()[
        :longest
    ]
