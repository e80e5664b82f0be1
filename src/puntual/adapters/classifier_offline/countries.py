"""What a country changes in reading a reply: its currency, the zone of "mañana", its decimal mark and its slang for
money."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import attrs

from puntual.core.errors import UnusableInput

_THOUSAND, _MILLION, _ONE = Decimal(1_000), Decimal(1_000_000), Decimal(1)


_THOUSANDS_SHORT = ("COP", "CLP", "PYG")


@attrs.frozen
class Country:
    """`luca` is what one luca is worth in major units; `words` name the currency, `symbols` mark it."""

    code: str
    currency: str
    zone: str
    decimal_comma: bool
    luca: Decimal
    words: tuple[str, ...]
    symbols: tuple[str, ...] = ("$",)
    slang: Mapping[str, Decimal] = attrs.field(factory=dict)

    @property
    def says_thousands_short(self) -> bool:
        """Whether «te mando 150» means 150 thousand: where nothing that is owed costs less than a thousand."""
        return self.currency in _THOUSANDS_SHORT


def _country(code: str, currency: str, zone: str, comma: bool, luca: Decimal, words: str, symbols: str = "$",
             **slang: Decimal) -> Country:  # fmt: skip
    return Country(code, currency, zone, comma, luca, tuple(words.split()), tuple(symbols.split()), slang)


_PESO = "pesos peso pesitos pesito"
_DOLLAR = "dolares dolar dolaritos dolarito dollars bucks usd"

COUNTRIES: Mapping[str, Country] = {
    country.code: country
    for country in (
        _country("MX", "MXN", "America/Mexico_City", False, _THOUSAND, _PESO + " varos varo baros baro bolas mxn mn",
                 "$ mx$", kilos=_MILLION),
        _country("CO", "COP", "America/Bogota", True, _THOUSAND, _PESO + " cop", "$ cop$",
                 barras=_THOUSAND, barra=_THOUSAND, barritas=_THOUSAND),
        _country("PE", "PEN", "America/Lima", False, _ONE,
                 "soles sol solcitos solcito solecitos solsitos pen mangos mango lucrecias", "s/ s/.",
                 gambas=Decimal(100), gamba=Decimal(100)),
        _country("CL", "CLP", "America/Santiago", True, _THOUSAND, _PESO + " clp", "$",
                 gambas=Decimal(100), gamba=Decimal(100), quinas=Decimal(500), quina=Decimal(500)),
        _country("AR", "ARS", "America/Argentina/Buenos_Aires", True, _THOUSAND, _PESO + " mangos mango ars", "$ ar$",
                 gambas=Decimal(100), gamba=Decimal(100)),
        _country("EC", "USD", "America/Guayaquil", True, _ONE, _DOLLAR + " latas", "$ usd us$"),
        _country("BR", "BRL", "America/Sao_Paulo", True, _THOUSAND, "reais real conto contos pila pilas brl", "r$"),
        _country("ES", "EUR", "Europe/Madrid", True, _THOUSAND, "euros euro pavos pavo eur", "€ eur"),
        _country("UY", "UYU", "America/Montevideo", True, _THOUSAND, _PESO + " mangos uyu", "$ $u"),
        _country("PY", "PYG", "America/Asuncion", True, _THOUSAND, "guaranies guarani gs pyg", "gs ₲"),
        _country("BO", "BOB", "America/La_Paz", True, _ONE, "bolivianos boliviano bolivianitos bs pesos bob", "bs bs."),
        _country("VE", "VES", "America/Caracas", True, _THOUSAND, "bolivares bolivar bolos bs ves", "bs bs."),
        _country("GT", "GTQ", "America/Guatemala", False, _ONE, "quetzales quetzal quetzalitos varas pesos gtq q",
        "q q."),
        _country("HN", "HNL", "America/Tegucigalpa", False, _ONE, "lempiras lempira lemps pesos hnl", "l l."),
        _country("SV", "USD", "America/El_Salvador", False, _ONE, _DOLLAR + " pesos bolas", "$ us$"),
        _country("NI", "NIO", "America/Managua", False, _ONE, "cordobas cordoba pesos nio", "c$"),
        _country("CR", "CRC", "America/Costa_Rica", True, _THOUSAND, "colones colon pesos crc", "₡ ¢",
                 rojos=_THOUSAND, rojo=_THOUSAND, tejas=Decimal(100), teja=Decimal(100)),
        _country("PA", "PAB", "America/Panama", False, _ONE, "balboas balboa palos palo " + _DOLLAR, "$ b/. b/",
                 palos=_ONE, palo=_ONE),
        _country("DO", "DOP", "America/Santo_Domingo", False, _THOUSAND, _PESO + " dop", "rd$ $"),
        _country("US", "USD", "America/New_York", False, _THOUSAND, _DOLLAR + " grand", "$ us$"),
        _country("GB", "GBP", "Europe/London", False, _THOUSAND, "pounds pound quid gbp", "£"),
    )
}  # fmt: skip


def country_of(code: str) -> Country:
    """The country with that ISO 3166-1 code. UnusableInput, with the codes that we read, for any other."""
    country = COUNTRIES.get(code.strip().upper())
    if country is None:
        known = ", ".join(sorted(COUNTRIES))
        raise UnusableInput(f"«{code}» no es un país que sepamos leer: use uno de {known}.", field="country")
    return country


def all_currency_words() -> frozenset[str]:
    """Every word that names some country's money: to see that an amount is in a currency that is not the country's."""
    return frozenset(word for country in COUNTRIES.values() for word in country.words if len(word) > 2)
