"""What templates say: amounts, dates, distances, reasons, states, icons. Loaded everywhere as a builtin."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import template
from django.template.context import Context
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from puntual.core.reasons import CATALOGUE
from puntual.ui import formats, navigation
from puntual.ui.channels import STAGES, channel_icon, channel_name
from puntual.ui.states import SENDS, STATES, VERDICTS

register = template.Library()


def _locale(context: Context) -> str:
    return str(context.get("locale") or formats.DEFAULT_LOCALE)


def _today(context: Context) -> date:
    return context.get("today") or timezone.localdate()


@register.simple_tag(takes_context=True)
def dinero(context: Context, minor: int | None, currency: str, codigo: bool | None = None, corto: bool = False) -> str:
    """An amount of minor units as text, with its currency code when asked or where `mixed` is true in the context."""
    if minor is None:
        return "—"
    with_code = bool(context.get("mixed")) if codigo is None else codigo
    if corto:
        return formats.short_money(int(minor), currency, _locale(context))
    return formats.money_text(int(minor), currency, _locale(context), with_code=with_code)


@register.simple_tag(takes_context=True)
def porciento(context: Context, tenths: int) -> str:
    """Tenths of a percent, with the decimal sign of the country."""
    return formats.percent_text(tenths, _locale(context))


@register.simple_tag(takes_context=True)
def fecha(context: Context, day: date | datetime | None, estilo: str = "corta") -> SafeString | str:
    """A <time>: `corta` is the date with its distance on hover, `relativa` the reverse, `larga` the date in full."""
    if day is None:
        return "—"
    moment = timezone.localtime(day) if isinstance(day, datetime) else day
    exact = formats.date_text(moment, _locale(context), "larga" if estilo == "larga" else "corta")
    whole_day = moment.date() if isinstance(moment, datetime) else moment
    distance = formats.ago(whole_day, _today(context))
    shown, hover = (distance, exact) if estilo == "relativa" else (exact, distance)
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), hover, shown)


@register.simple_tag(takes_context=True)
def dias(context: Context, due: date | int | None) -> SafeString | str:
    """How far a due date (or a number of days past due) is: «hace 20 días», «vence en 3 días», the date on hover."""
    if due is None:
        return "—"
    if isinstance(due, int):
        return formats.due_distance(due)
    text = formats.due_distance((_today(context) - due).days)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', due.isoformat(), formats.date_text(due, _locale(context)), text
    )


@register.simple_tag
def razon(code: str, **gaps: Any) -> str:
    """The sentence of a reason; an unknown code shows itself, so that a screen never breaks for a word."""
    text = CATALOGUE.get(code)
    if text is None:
        return code
    try:
        return text.format(**gaps)
    except (KeyError, IndexError):
        return text


@register.simple_tag
def icon(name: str, title: str = "") -> SafeString:
    """An icon of the sprite; decorative unless it has a title."""
    if title:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="#i-{}"></use></svg>', title, name)
    return format_html('<svg class="icon" aria-hidden="true"><use href="#i-{}"></use></svg>', name)


@register.simple_tag
def estado(code: str) -> SafeString:
    """The badge of a state: of a due item, of a message or of a verdict."""
    look = STATES.get(code) or SENDS.get(code) or VERDICTS.get(code)
    if look is None:
        return format_html('<span class="badge">{}</span>', code)
    return format_html('<span class="badge {}">{}{}</span>', look.tone, icon(look.icon), look.text)


@register.simple_tag(takes_context=True)
def sort_link(context: Context, key: str, label: str, first: str = "desc") -> SafeString:
    """The inside of a sortable heading: a link that sorts by `key`, and turns the order when it already does."""
    request = context["request"]
    now = context.get("order", "")
    turned = key if now == f"-{key}" else f"-{key}"
    wanted = turned if now.lstrip("-") == key else (f"-{key}" if first == "desc" else key)
    params = request.GET.copy()
    for gone in ("orden", "tras", "pagina"):
        params.pop(gone, None)
    params["orden"] = wanted
    mark = {f"-{key}": "sort-down", key: "sort-up"}.get(now, "")
    shown = icon(mark) if mark else mark_safe("")
    return format_html('<a href="?{}">{}{}</a>', params.urlencode(), label, shown)


@register.simple_tag(takes_context=True)
def sorted_as(context: Context, key: str) -> str:
    """The `aria-sort` of a heading."""
    return {f"-{key}": "descending", key: "ascending"}.get(context.get("order", ""), "none")


@register.simple_tag(takes_context=True)
def navigation_groups(context: Context) -> list[dict[str, Any]]:
    """The rail: groups of entries, each knowing whether it is the page that is open."""
    here, may_open = context.get("here", ""), context.get("may_open") or (lambda path: False)
    return [
        {
            "name": group.name,
            "entries": [{"entry": e, "current": navigation.is_current(e, here)} for e in group.entries],
        }
        for group in navigation.groups(may_open=may_open)
    ]


@register.filter
def initials(name: str) -> str:
    """Two letters for a person."""
    parts = [w for w in str(name).split() if w[:1].isalnum()]
    return "".join(w[0] for w in parts[:2]).upper() or "·"


@register.filter
def words(text: str) -> list[str]:
    """The words of a text, to loop over a short literal list."""
    return text.split()


@register.filter
def canal(code: str | None) -> str:
    """The channel as a word inside a sentence."""
    return channel_name(code or "")


@register.filter
def canal_icono(code: str | None) -> str:
    """The channel's icon."""
    return channel_icon(code or "")


@register.filter
def etapa(code: str | None) -> str:
    """The stage's word."""
    return str(STAGES.get(code or "", code or ""))


@register.filter
def paso(code: str | None) -> str:
    """The name of a policy's step as words: `aviso-extrajudicial` reads «aviso extrajudicial»."""
    return (code or "").replace("-", " ").replace("_", " ")


@register.simple_tag
def estado_texto(code: str) -> str:
    """The word of a state, without its badge."""
    look = STATES.get(code) or SENDS.get(code) or VERDICTS.get(code)
    return str(look.text) if look else code


@register.filter
def magnitude(number: int) -> int:
    """The number without its sign."""
    return abs(number)
