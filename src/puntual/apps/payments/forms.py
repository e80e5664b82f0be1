"""What people type when they settle a movement or add a gateway, read from what the browser sends."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import QueryDict
from django.utils.translation import gettext as _

from puntual.apps.payments.choices import CREDENTIALS, LineState, Provider
from puntual.apps.payments.read_screens import BANDS, Document, Filters
from puntual.apps.payments.write import NewGateway
from puntual.apps.payments.write_bank import Decision
from puntual.core.errors import UnusableInput
from puntual.ui.amounts import read_amount

#: How the secrets of each world begin, where their provider tells them apart: (trying, for real).
_PREFIXES = {Provider.STRIPE: ("secret_key", "_test_", "_live_"), Provider.MERCADOPAGO: ("access_token", "TEST-", "")}


def filters_from(params: QueryDict) -> Filters:
    """The filters of an address; what makes no sense is as if it were not there."""
    state, band = params.get("ver", ""), params.get("confianza", "")
    return Filters(
        state if state in LineState.values else LineState.SUGGESTED,
        params.get("q", "").strip()[:120],
        band if band in BANDS else "",
        params.get("moneda", "").upper()[:3],
    )


def decision(
    given: QueryDict, account: int, documents: Iterable[Document], suggested: Iterable[list[object]]
) -> Decision:
    """Whose the money is and on which documents: the amounts typed beside each, none above what is open of it.

    What goes nowhere stays in favour of the customer. The deductions that were suggested stay for the documents whose
    part nobody touched.
    """
    parts, kept = [], set()
    for d in documents:
        text = given.get(f"parte-{d.due_item}", "").strip()
        minor = read_amount(text, d.currency) if text else 0
        if minor > d.open_minor:
            raise UnusableInput(_("A %(label)s no se le puede aplicar más de lo que debe.") % {"label": d.label})
        if minor:
            parts.append((d.due_item, minor))
        if minor == d.part_minor:
            kept.add(d.due_item)
    cut = [(int(str(i)), str(k), int(str(m))) for i, k, m in suggested if i in kept and i in dict(parts)]
    return Decision(account, tuple(parts), tuple(cut), learn=given.get("aprender") == "si", by_policy=False)


def new_gateway(given: QueryDict, creditor: int, country: str) -> NewGateway:
    """The account to add. UnusableInput when the provider is none, or its secrets are of the other world."""
    provider = given.get("provider", "")
    if provider not in Provider.values:
        raise UnusableInput(_("Elija una pasarela."), field="provider")
    values = {name: given.get(name, "").strip()[:500] for name in CREDENTIALS[Provider(provider)]}
    live = given.get("live") == "si"
    field, trying, real = _PREFIXES.get(Provider(provider), ("", "", ""))
    secret = values.get(field, "")
    if live and trying and trying in secret:
        raise UnusableInput(_("Esas credenciales son de prueba: no pueden cobrar de verdad."), field=field)
    if not live and real and real in secret:
        raise UnusableInput(
            _("Esas credenciales cobran de verdad: use las de prueba, o marque «Cobra de verdad»."), field=field
        )
    return NewGateway(creditor, provider, values, live, country, given.get("label", "").strip()[:60])
