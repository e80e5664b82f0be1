"""The ageing bar: what it finds, its pieces and its table, ready for a template. Pure arithmetic over five buckets."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from puntual.core.money import allocate

#: From not yet due to very old; the bounds are days past due, inclusive.
BUCKETS: tuple[tuple[str, str | Promise], ...] = (
    ("current", gettext_lazy("Por vencer")),
    ("d1_30", gettext_lazy("1 a 30 días")),
    ("d31_60", gettext_lazy("31 a 60 días")),
    ("d61_90", gettext_lazy("61 a 90 días")),
    ("d91", gettext_lazy("Más de 90 días")),
)
#: The bar is this many units wide, so that shares are whole numbers of tenths of a percent.
WIDTH = 1000


@attrs.frozen
class Piece:
    """One bucket: where it lies in the bar (units of WIDTH), what it holds and its share in tenths of a percent."""

    index: int
    code: str
    name: str
    minor: int
    x: int
    width: int
    tenths: int


@attrs.frozen
class Ageing:
    """One bar in one currency."""

    currency: str
    total_minor: int
    overdue_minor: int
    finding: str
    pieces: tuple[Piece, ...]


def ageing(amounts_minor: Sequence[int], currency: str) -> Ageing:
    """The bar of five amounts, one per bucket. Credits (negative amounts) take no room in it."""
    names = [str(name) for _code, name in BUCKETS]
    shown = [max(0, amount) for amount in amounts_minor]
    total, overdue = sum(amounts_minor), sum(amounts_minor[1:])
    widths = allocate(WIDTH, shown) if sum(shown) else [0] * len(shown)
    pieces, x = [], 0
    for i, ((code, _name), width) in enumerate(zip(BUCKETS, widths)):
        pieces.append(Piece(i, code, names[i], amounts_minor[i], x, width, width))
        x += width
    return Ageing(currency, total, overdue, _finding(shown, names), tuple(pieces))


def _finding(shown: Sequence[int], names: Sequence[str]) -> str:
    total, overdue = sum(shown), sum(shown[1:])
    if not total:
        return _("No hay nada por cobrar.")
    if not overdue:
        return _("Todo está por vencer: no hay nada atrasado.")
    share = round(100 * overdue / total)
    late = max(range(1, len(shown)), key=lambda i: shown[i])
    return _("El %(share)d %% de lo que se debe está vencido; lo que más pesa tiene %(bucket)s.") % {
        "share": share,
        "bucket": names[late].lower(),
    }
