"""E-mail addresses: syntax only (nobody's server is asked), in one normal form."""

from __future__ import annotations

import re
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

_SIMPLE = re.compile(
    r"[A-Za-z0-9](?:[A-Za-z0-9_+-]|\.(?!\.|@)){0,63}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}"
)


@lru_cache(maxsize=65536)
def parse_email(text: str) -> str | None:
    """The normal form of an address, or None if it is none. Domains for documentation and tests are accepted.

    >>> parse_email(" Ana.Ruiz@EJEMPLO.com ")
    'Ana.Ruiz@ejemplo.com'
    """
    local, at, domain = text.strip().strip("<>;,").rpartition("@")
    candidate = f"{local}@{domain.lower()}"
    if not at or len(local) > 64:
        return None
    if len(candidate) <= 254 and _SIMPLE.fullmatch(candidate):
        return candidate
    try:
        return validate_email(candidate, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        return None


def split_emails(text: str) -> list[str]:
    """Several addresses in one cell, as people write them: separated by blanks, commas, semicolons or slashes."""
    return [part for part in re.split(r"[;,/\s]+", text) if "@" in part]
