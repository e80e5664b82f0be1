"""The few icons that a page of the customer needs, so that it weighs little."""

from __future__ import annotations

import re
from functools import lru_cache

from django import template
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
_SYMBOL = re.compile(r'<symbol id="i-([a-z-]+)".*?</symbol>', re.DOTALL)


@lru_cache(maxsize=8)
def _symbols() -> dict[str, str]:
    source = get_template("ui/_sprite.html").template.source
    return {found[1]: found[0] for found in _SYMBOL.finditer(source)}


@register.simple_tag
def sprite(names: str) -> SafeString:
    """The house's icons of those names, once, for `{% icon %}` to use. An unknown name is our mistake."""
    symbols = _symbols()
    inside = "".join(symbols[name] for name in names.split())
    return mark_safe(f'<svg class="sr-only" aria-hidden="true" xmlns="http://www.w3.org/2000/svg">{inside}</svg>')


@register.filter
def seal(name: str) -> str:
    """Two letters of a company's name, without its small words."""
    words = [w for w in str(name).split() if w[:1].isalnum() and w[:1].isupper()] or str(name).split()
    return "".join(w[0] for w in words[:2]).upper()
