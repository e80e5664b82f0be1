"""Errors in the very shape of the Graph API."""

from __future__ import annotations

from typing import Any

from puntual.simulators.loopback import Problem

#: code -> (HTTP status, title). From Meta's table of Cloud API error codes.
_TABLE = {
    100: (400, "Invalid parameter"),
    190: (401, "Access token has expired"),
    131008: (400, "Required parameter is missing"),
    131009: (400, "Parameter value is not valid"),
    131026: (400, "Message undeliverable"),
    131047: (400, "Re-engagement message"),
    131056: (400, "(Business Account, Consumer Account) pair rate limit hit"),
    130429: (429, "Rate limit hit"),
    132000: (400, "Template Param Count Mismatch"),
    132001: (404, "Template does not exist"),
    132012: (400, "Template Parameter Format Mismatch"),
    132015: (400, "Template is Paused"),
    132016: (400, "Template is Disabled"),
}


def problem(code: int, details: str = "") -> Problem:
    """The answer of the API for an error code."""
    status, title = _TABLE[code]
    return Problem(status, {"error": body(code, title, details)})


def body(code: int, title: str, details: str) -> dict[str, Any]:
    return {
        "message": f"(#{code}) {title}",
        "type": "OAuthException",
        "code": code,
        "error_data": {"messaging_product": "whatsapp", "details": details or title},
        "fbtrace_id": "Az8or2yhqkZfEZ-_4Qn_Bam",
    }


def title(code: int) -> str:
    return _TABLE[code][1]
