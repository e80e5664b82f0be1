"""The page on which a person pays in the demonstration. It says at once that nothing is charged."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

_PAGE = """<!doctype html>
<html lang="es"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>Pasarela de demostración</title></head>
<body><main><h1>Pasarela de demostración</h1>
<p><strong>Aquí no se cobra nada.</strong> Elija qué haría la persona que paga.</p>
<ul>{items}</ul><p>Total: <strong>{total} {currency}</strong></p>
<form method="post"><input type="hidden" name="pref_id" value="{pref}">
<p><button name="acto" value="pagar">Pagar con tarjeta</button></p>
<p><button name="acto" value="efectivo">Pagar en efectivo: queda pendiente</button></p>
<p><button name="acto" value="rechazar">La tarjeta es rechazada</button></p>
</form></main></body></html>"""


def checkout(preference: Mapping[str, Any]) -> str:
    """The HTML for a preference: what is paid, and three ways in which it may end."""
    items = preference["items"]
    total = sum(item["unit_price"] * item["quantity"] for item in items)
    rows = "".join(f"<li>{escape(str(i['title']))}: {i['unit_price']:,.2f}</li>" for i in items)
    return _PAGE.format(
        items=rows, total=f"{total:,.2f}", currency=escape(items[0]["currency_id"]), pref=escape(str(preference["id"]))
    )
