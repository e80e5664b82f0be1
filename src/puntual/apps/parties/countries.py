"""The countries that a company may be of: name, currency, zones (the capital first) and what their tax id is called."""

from __future__ import annotations

from collections.abc import Mapping

import attrs


@attrs.frozen
class Country:
    """What is suggested to a company of that country."""

    code: str
    name: str
    currency: str
    tax_id: str
    zones: tuple[str, ...]


_MX = (
    "America/Mexico_City", "America/Tijuana", "America/Hermosillo", "America/Chihuahua", "America/Mazatlan",
    "America/Cancun", "America/Ciudad_Juarez", "America/Matamoros",
)  # fmt: skip
_BR = ("America/Sao_Paulo", "America/Manaus", "America/Cuiaba", "America/Fortaleza", "America/Rio_Branco")

COUNTRIES: Mapping[str, Country] = {
    c.code: c
    for c in (
        Country("MX", "México", "MXN", "RFC", _MX),
        Country("CO", "Colombia", "COP", "NIT", ("America/Bogota",)),
        Country("PE", "Perú", "PEN", "RUC", ("America/Lima",)),
        Country("CL", "Chile", "CLP", "RUT", ("America/Santiago", "America/Punta_Arenas", "Pacific/Easter")),
        Country("AR", "Argentina", "ARS", "CUIT", ("America/Argentina/Buenos_Aires",)),
        Country("EC", "Ecuador", "USD", "RUC", ("America/Guayaquil", "Pacific/Galapagos")),
        Country("BR", "Brasil", "BRL", "CNPJ", _BR),
        Country("CR", "Costa Rica", "CRC", "cédula jurídica", ("America/Costa_Rica",)),
        Country("PA", "Panamá", "USD", "RUC", ("America/Panama",)),
        Country("ES", "España", "EUR", "NIF", ("Europe/Madrid", "Atlantic/Canary")),
    )
}
CURRENCIES = ("MXN", "COP", "PEN", "CLP", "ARS", "USD", "BRL", "CRC", "EUR", "UYU", "PYG", "BOB", "GTQ", "DOP", "HNL")


def zone_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Zones by country, for a select."""
    return [(c.name, [(z, z.split("/")[-1].replace("_", " ")) for z in c.zones]) for c in COUNTRIES.values()]
