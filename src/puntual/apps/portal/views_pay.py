"""Paying: everything, some documents or a part; by transfer with a reference, or through the creditor's gateways."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.cache import cache
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.module_loading import import_string

from puntual.apps.outreach import facts
from puntual.apps.payments import read as payments
from puntual.apps.payments import write as payments_write
from puntual.apps.payments.choices import Provider
from puntual.apps.portal import acts, forms, read, savings
from puntual.apps.portal.choices import BOXES_SHOWN, ClaimMethod
from puntual.apps.portal.pages import Here, device, form_page, owed, page, seen
from puntual.apps.portal.write import url_of
from puntual.core.errors import UnusableInput
from puntual.core.ledger import references
from puntual.core.money import Money
from puntual.core.negotiation.quote import allocate_to_items
from puntual.core.reports.payment_methods import size_of
from puntual.ports.payments import GatewayError

#: For how long the order of the buttons, computed from the creditor's own payments, is kept.
ORDER_KEPT_S = 3600
#: A form that ends at a gateway's own page must be allowed to go there.
TO_GATEWAYS = ("'self'", "https:")


@page(acts=False, may_go=TO_GATEWAYS)
def pay(here: Here) -> HttpResponse:
    """How to pay all, some documents or a part: the amount, the reference, and where the money goes."""
    return _pay(here, here.request.GET)


@page(acts=False)
def pay_saving(here: Here) -> HttpResponse:
    """To paying just what the discount asks."""
    found = savings.of(here.visit, here.at)
    if found is None or not found.taken:
        return redirect(here.url("pay"))
    return redirect(f"{here.url('pay')}?{urlencode(_asked(found))}")


def _asked(saving: savings.Saving) -> dict[str, str]:
    major = Money(saving.pay_minor, saving.currency).major()
    return {"moneda": saving.currency, "importe": f"{major:f}"}


def _pay(here: Here, given: QueryDict, *, error: str = "", status: int = 200) -> HttpResponse:
    context = owed(here)
    if context["bill"].clear:
        return redirect(here.url("home"))
    seen(here, "pay")
    chosen = selection(given, context["bill"])
    reference = references.make(references.ACCOUNT, here.visit.account.pk)
    return here.show(
        "pay",
        status=status,
        error=error,
        reference_shown=references.pretty(reference),
        pix=_pix(here, chosen, reference),
        methods=gateways_of(here, chosen["currency"], chosen["minor"]),
        transfer_first=transfer_first(here, chosen["currency"], chosen["minor"]),
        saving=savings.of(here.visit, here.at),
        **context,
        **chosen,
    )


def _pix(here: Here, chosen: dict[str, Any], reference: str) -> dict[str, str] | None:
    """The code that a bank's application in Brazil reads, where the creditor gives a key."""
    creditor = here.visit.creditor
    made = import_string(settings.PORTAL_PIX)(
        creditor.payment_instructions,
        creditor.legal_name or creditor.name,
        chosen["minor"],
        chosen["currency"],
        reference,
    )
    return {"text": made[0], "svg": made[1]} if made else None


def selection(given: QueryDict, bill: read.Bill) -> dict[str, Any]:
    """What is going to be paid: a currency, documents of it, or an amount of one's own."""
    currencies = [currency for currency, _minor in bill.totals]
    currency = given.get("moneda", "") if given.get("moneda", "") in currencies else currencies[0]
    lines = bill.of(currency)
    every = [line.due_item for line in lines]
    named = set(forms.chosen(given, "doc", every)) | set(_many(given, lines))
    picked = [pk for pk in every if pk in named] or every
    whole = sum(line.open_minor for line in lines if line.due_item in picked)
    typed, error = given.get("importe", "").strip(), ""
    minor = whole
    if typed:
        try:
            minor = min(forms.amount(typed, currency), whole)
        except UnusableInput as wrong:
            error = wrong.sentence
    return {
        "currency": currency,
        "lines": lines,
        "picked": picked,
        "asked": (asked := asked_of(lines, picked)),
        "asked_text": f"&{urlencode(asked)}" if asked else "",
        "boxes": lines[:BOXES_SHOWN],
        "beyond": lines[BOXES_SHOWN:],
        "beyond_picked": any(line.due_item in set(picked) for line in lines[BOXES_SHOWN:]),
        "minor": minor,
        "whole": whole,
        "typed": typed,
        "amount_error": error,
    }


def _many(given: QueryDict, lines: Sequence[read.Line]) -> list[int]:
    """Documents named together: those that are late, those beyond the boxes of the list."""
    found = [line.due_item for line in lines if line.days > 0] if given.get("que") == "vencido" else []
    return found + ([line.due_item for line in lines[BOXES_SHOWN:]] if given.get("resto") else [])


def asked_of(lines: Sequence[read.Line], picked: Sequence[int]) -> list[tuple[str, str]]:
    """The fields that name these documents, as few as can be: all of them need no name."""
    mine, rest = set(picked), {line.due_item for line in lines[BOXES_SHOWN:]}
    if mine == {line.due_item for line in lines}:
        return []
    if mine == {line.due_item for line in lines if line.days > 0}:
        return [("que", "vencido")]
    whole = bool(rest) and rest <= mine
    named = [("doc", str(pk)) for pk in picked if not (whole and pk in rest)]
    return [*named, *([("resto", "1")] if whole else [])]


def gateways_of(here: Here, currency: str, amount_minor: int) -> list[dict[str, Any]]:
    """The creditor's gateways as buttons, the one that serves it best for such an amount by its own figures first."""
    rows = payments.gateways(here.visit.creditor.pk)
    if len(rows) > 1:
        order = _order(here.visit.creditor.pk, currency, amount_minor)
        rows.sort(key=lambda row: order.get(row.provider, len(order)))
    return [{"code": row.pk, "name": row.label or Provider(row.provider).label, "live": row.live} for row in rows]


def transfer_first(here: Here, currency: str, amount_minor: int) -> bool:
    """Whether, by the creditor's own figures for such an amount, a transfer serves it better than any gateway."""
    rows = payments.gateways(here.visit.creditor.pk)
    order = _order(here.visit.creditor.pk, currency, amount_minor) if rows else {}
    return "bank" in order and all(order["bank"] < order.get(row.provider, 0) for row in rows)


def _order(creditor_id: int, currency: str, amount_minor: int) -> dict[str, int]:
    """provider -> its best place in the comparison of methods (FEATURES E5) for amounts of that size, kept for an
    hour."""
    key = f"portal:order:{creditor_id}:{currency}:{size_of(amount_minor)}"
    known: dict[str, int] | None = cache.get(key)
    if known is None:
        rows = payments.methods_for(creditor_id, currency, amount_minor).sort("rank")
        known = {}
        for row in rows.iter_rows(named=True):
            if row["currency"] == currency:
                known.setdefault(row["provider"], row["rank"])
        cache.set(key, known, ORDER_KEPT_S)
    return known


@page(may_go=TO_GATEWAYS)
def online(here: Here) -> HttpResponse:
    """To the gateway's own page, with just these documents and amounts. The same form again is the same payment."""
    given = here.request.POST
    if here.request.method != "POST":
        return redirect(here.url("pay"))
    bill = read.bill(here.visit.account.pk, here.today)
    if bill.clear:
        return redirect(here.url("home"))
    chosen = selection(_in_major(given, bill), bill)
    row = next((g for g in payments.gateways(here.visit.creditor.pk) if str(g.pk) == given.get("metodo")), None)
    if row is None:
        return redirect(here.url("pay"))
    key, account = here.key("pay"), here.visit.account.pk
    told = {
        "account_id": account, "at": here.at, "method": row.provider, "device": device(here.request),
        "amount_minor": chosen["minor"], "currency": chosen["currency"],
    }  # fmt: skip
    facts.record_fact(kind="method_chosen", key=f"portal:chosen:{key}", **told)
    try:
        opened = [(line.due_item, line.open_minor) for line in chosen["lines"] if line.due_item in chosen["picked"]]
        items = allocate_to_items(chosen["minor"], opened)
        asked = payments_write.request_payment(account_id=account, items=items, key=key, at=here.at)
        link = payments_write.start_checkout(
            request_id=asked.pk, gateway_id=row.pk, gateways=import_string(settings.PORTAL_GATEWAYS)(),
            urls=_urls(here, row.provider, row.ref), at=here.at,
        )  # fmt: skip
    except (GatewayError, UnusableInput) as wrong:
        facts.record_fact(kind="pay_failed", key=f"portal:failed:{key}", detail=wrong.sentence[:300], **told)
        return _pay(here, _in_major(given, bill), error=wrong.sentence, status=502)
    if link.url.startswith("https://"):
        return redirect(link.url)
    return here.show("to_gateway", url=link.url, name=Provider(row.provider).label)


@page()
def reference(here: Here) -> HttpResponse:
    """A reference of its own for just these documents and this amount: who transfers with it pays them and no others.
    The same form again is the same reference."""
    given = here.request.POST
    if here.request.method != "POST":
        return redirect(here.url("pay"))
    bill = read.bill(here.visit.account.pk, here.today)
    if bill.clear:
        return redirect(here.url("home"))
    chosen = selection(_in_major(given, bill), bill)
    opened = [(line.due_item, line.open_minor) for line in chosen["lines"] if line.due_item in chosen["picked"]]
    try:
        asked = payments_write.request_payment(
            account_id=here.visit.account.pk, items=allocate_to_items(chosen["minor"], opened), at=here.at,
            key=here.key("reference"),
        )  # fmt: skip
    except UnusableInput as wrong:
        return _pay(here, _in_major(given, bill), error=wrong.sentence, status=422)
    told = {line.due_item: line for line in chosen["lines"]}
    parts = [(told[item].number, minor) for item, minor in asked.items if item in told]
    shown = references.pretty(references.make(references.REQUEST, asked.pk))
    return here.show("reference", reference_shown=shown, parts=parts, minor=asked.amount_minor, currency=asked.currency)


def _in_major(given: QueryDict, bill: read.Bill) -> QueryDict:
    """The form's amount is in exact minor units; the address and people use major ones."""
    copy = given.copy()
    minor, currency = given.get("importe_minor", ""), given.get("moneda", "")
    if minor.isascii() and minor.isdigit() and len(minor) < 19 and currency in dict(bill.totals):
        copy["importe"] = f"{Money(int(minor), currency).major():f}"
    return copy


def _urls(here: Here, provider: str, ref: str) -> payments_write.Urls:
    home = url_of(here.visit.token)
    notify = f"{settings.PUBLIC_URL.rstrip('/')}/webhooks/{provider}/{ref}/"
    return payments_write.Urls(success=f"{home}pagar/vuelta/", cancel=f"{home}pagar/", notify=notify)


@page(acts=False)
def paid(here: Here) -> HttpResponse:
    """Back from the gateway. The page says what the gateway already confirmed, never what the address claims."""
    return here.show("paid", last=next(iter(payments.payments_of(here.visit.account.pk)), None))


@page(acts=False)
def part(here: Here) -> HttpResponse:
    """«Abonar una parte»: how much, and then as any payment."""
    context = owed(here)
    if context["bill"].clear:
        return redirect(here.url("home"))
    return here.show("part", **context, **selection(here.request.GET, context["bill"]))


@page()
def claim(here: Here) -> HttpResponse:
    """«Ya pagué»: when, how much, how, and the slip. Reminders pause at once."""
    context = owed(here)
    bill = context["bill"]
    none = {"currency": here.visit.creditor.currency, "lines": (), "picked": []}
    chosen = none if bill.clear else selection(here.request.GET, bill)

    def act() -> HttpResponse:
        currencies = [currency for currency, _m in bill.totals] or [chosen["currency"]]
        told = _claim(here, currencies, chosen["currency"], chosen["picked"])
        acts.claim_paid(visit=here.visit, claim=told, key=here.key("claim"), at=here.at)
        return here.done("claim")

    return form_page(
        here, "claim", act, methods=ClaimMethod.choices, method=here.request.GET.get("metodo", ""),
        latest=here.today + timedelta(days=1), **context, **chosen,
    )  # fmt: skip


def _claim(here: Here, currencies: list[str], shown: str, items: list[int]) -> acts.Claim:
    given, file = here.request.POST, here.request.FILES.get("slip")
    currency = forms.choice(given, "moneda", currencies, default=currencies[0])
    return acts.Claim(
        amount_minor=forms.amount(given.get("amount", ""), currency),
        currency=currency,
        paid_on=forms.day(given, "paid_on"),
        method=forms.choice(given, "method", ClaimMethod.values),
        note=forms.text(given, "note", 600),
        due_items=tuple(items) if currency == shown else (),
        slip=acts.check_slip(file.read(acts.SLIP_MAX + 1)) if file else None,
    )
