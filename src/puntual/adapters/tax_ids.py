"""Tax ids checked with python-stdnum, by country. A wrong check digit only warns: real old ids fail."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from importlib import import_module

import attrs
from stdnum.exceptions import ValidationError

from puntual.core.customers.identity import debtor_kind, is_generic, normal_tax_id

#: country -> (name of the id, stdnum modules that may accept it)
_CHECKS: dict[str, tuple[str, tuple[str, ...]]] = {
    "MX": ("RFC", ("mx.rfc",)),
    "CO": ("NIT", ("co.nit",)),
    "PE": ("RUC o DNI", ("pe.ruc",)),
    "CL": ("RUT", ("cl.rut",)),
    "AR": ("CUIT o DNI", ("ar.cuit", "ar.dni")),
    "EC": ("RUC o cédula", ("ec.ruc", "ec.ci")),
    "BR": ("CNPJ o CPF", ("br.cnpj", "br.cpf")),
    "ES": ("NIF", ("es.nif",)),
    "CR": ("cédula", ("cr.cpj", "cr.cpf", "cr.cr")),
    "US": ("EIN", ("us.ein",)),
    "UY": ("RUT", ("uy.rut",)),
    "PY": ("RUC", ("py.ruc",)),
    "GT": ("NIT", ("gt.nit",)),
    "DO": ("RNC o cédula", ("do.rnc", "do.cedula")),
    "SV": ("NIT", ("sv.nit",)),
    "VE": ("RIF", ("ve.rif",)),
}
_PERU_DNI = re.compile(r"\d{8}")
_PANAMA = re.compile(r"[\dA-Z]{5,20}")


@attrs.frozen
class TaxId:
    """`normal` to compare by; `valid` None where there is no rule; `warning` a sentence in Spanish, or empty."""

    normal: str
    valid: bool | None
    generic: bool
    debtor: str
    warning: str = ""


@lru_cache(maxsize=131072)
def check_tax_id(text: str, country: str) -> TaxId:
    """What a tax id is worth. Never an error: the caller decides whether a warning stops anything."""
    normal = normal_tax_id(text, country)
    if is_generic(normal, country):
        warning = "es genérico: no identifica a nadie" if normal else ""
        return TaxId(normal, None, True, "unknown", f"«{text}» {warning}." if warning else "")
    valid = _valid(normal, country)
    kind = debtor_kind(normal, country)
    if valid is False:
        return TaxId(normal, False, False, kind, f"«{text}» no parece un {_CHECKS[country][0]} válido: revíselo.")
    return TaxId(normal, valid, False, kind)


def _valid(normal: str, country: str) -> bool | None:
    if country == "CO":  # the check digit was left out: any number of the right length is possible
        return normal.isdigit() and 5 <= len(normal) <= 10
    if country == "PE" and _PERU_DNI.fullmatch(normal):
        return True
    if country == "PA":
        return bool(_PANAMA.fullmatch(normal))
    if country not in _CHECKS:
        return None
    return any(_accepts(module, normal, country) for module in _CHECKS[country][1])


def _accepts(module: str, normal: str, country: str) -> bool:
    validate: Callable[..., str] = import_module(f"stdnum.{module}").validate
    try:
        if country == "MX":
            validate(normal, validate_check_digits=True)
        else:
            validate(normal)
    except (ValidationError, ValueError):
        return False
    return True


def colombian_digit_matches(text: str) -> bool | None:
    """Whether the check digit written after the dash is the NIT's; None if there is none."""
    found = re.fullmatch(r"\s*([\d.]+)\s*-\s*(\d)\s*", text)
    if not found:
        return None
    from stdnum.co.nit import calc_check_digit

    return bool(calc_check_digit(found.group(1).replace(".", "")) == found.group(2))
