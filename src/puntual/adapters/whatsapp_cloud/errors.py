"""Meta's error codes as ours: for good, for now, slower, or the account's own trouble (Cloud API, Error codes)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from puntual.ports.channels import ChannelError

#: 4 and 80007 limits of the app and of the account, 130429 throughput, 131048 spam limit, 131056 too many to the same
#: person, 133016 registration limit.
SLOWER = frozenset({4, 80007, 130429, 131048, 131056, 133016})
#: 1, 2 and 131000 something failed there, 131016 and 133004 unavailable, 131057 in maintenance.
PASSING = frozenset({1, 2, 131000, 131016, 131057, 133004})
#: The account must be mended by a person, the message is good: 0, 3, 10, 190, 200-299 login and permissions, 368 and
#: 131031 blocked by policy, 131042 how to pay, 131045 and 133010 not registered.
ACCOUNT = frozenset({0, 3, 10, 190, 368, 131031, 131042, 131045, 133010, *range(200, 300)})

#: What the most frequent ones mean to the people who collect.
WORDS = {
    131026: "WhatsApp no puede entregarle: el número no tiene WhatsApp o no aceptó sus condiciones.",
    131047: "Pasaron más de 24 horas desde su último mensaje: solo se puede usar una plantilla aprobada.",
    131049: "WhatsApp no lo entregó para no cansar a la persona.",
    131050: "La persona pidió a WhatsApp no recibir estos mensajes.",
    132000: "La plantilla pide otra cantidad de datos.",
    132001: "La plantilla no existe en ese idioma o no está aprobada.",
    132015: "WhatsApp pausó la plantilla por su baja calidad.",
    132016: "WhatsApp deshabilitó la plantilla por su baja calidad.",
    130429: "WhatsApp pide ir más despacio.",
    131056: "Demasiados mensajes seguidos a la misma persona.",
    190: "WhatsApp ya no acepta la llave de acceso de la cuenta: renuévela.",
    131042: "La cuenta de WhatsApp tiene un problema con su forma de pago.",
    131031: "WhatsApp bloqueó la cuenta.",
}


def is_permanent(code: int) -> bool:
    """Whether sending it again is useless. An unknown code is: repeating blindly costs the number its quality."""
    return code not in SLOWER | PASSING | ACCOUNT


def sentence(error: Mapping[str, Any]) -> str:
    """What happened, for people."""
    code = int(error.get("code") or 0)
    details = (error.get("error_data") or {}).get("details") or error.get("message") or error.get("title") or ""
    return WORDS.get(code) or f"WhatsApp respondió {code}: {str(details)[:200]}"


def channel_error(error: Mapping[str, Any], status: int, asked: float | None = None) -> ChannelError:
    """An error of the API as the port's."""
    code = int(error.get("code") or 0)
    slower = code in SLOWER or status == 429
    known = bool(error.get("code") is not None)
    permanent = is_permanent(code) and not slower if known else status < 500 and not slower
    return ChannelError(
        sentence(error), permanent=permanent, rate_limited=slower, code=str(code or status), retry_after_s=asked,
    )  # fmt: skip
