"""What was arranged and stands: the offer that waits for a yes, the plan with each payment, and paying it by itself."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from puntual.apps.debits import read as debits
from puntual.apps.debits import write as write_debits
from puntual.apps.debits.choices import ACCOUNT_NAMES
from puntual.apps.negotiation import read as negotiation
from puntual.apps.negotiation import write_deals as deals
from puntual.apps.payments import read as payments
from puntual.apps.payments import read_mandates as mandates
from puntual.apps.payments import write as payments_write
from puntual.apps.payments import write_mandates
from puntual.apps.payments.choices import Provider
from puntual.apps.portal.pages import Here, form_page, page
from puntual.apps.portal.views_deals import evidence_of, may_change_plan
from puntual.apps.portal.views_pay import TO_GATEWAYS
from puntual.apps.portal.write import url_of
from puntual.core.errors import Refused, UnusableInput
from puntual.core.money import Money
from puntual.core.negotiation.agreement import InstalmentStatus, next_due
from puntual.ports.payments import GatewayError


@page()
def offer(here: Here) -> HttpResponse:
    """What the company offers and waits for the person's yes or no; or the person's own proposal, that it looks at."""
    row = negotiation.waiting_deal(here.visit.account.pk, here.today)
    if row is None:
        return redirect(here.url("home"))
    parts = list(row.instalments.all())
    waived = row.waived_principal_minor + row.waived_interest_minor + row.waived_fee_minor

    def act() -> HttpResponse:
        if here.request.POST.get("respuesta") != "si":
            event = "decline" if row.state == "offered" else "withdraw"
            deals.close(deal_id=row.pk, event=event, at=here.at, on=here.today)
            return here.done("offer-declined")
        if row.state != "offered":
            raise Refused(_("Todavía la estamos revisando: le responderemos pronto."))
        lines = [(p.number, p.due_on, p.debt_minor + p.finance_minor) for p in parts]
        evidence = evidence_of(here, lines, row.currency)
        deals.accept(deal_id=row.pk, on=here.today, at=here.at, evidence=evidence)
        return here.done("plan" if row.kind == "agreement" else "settlement")

    to_pay = sum(p.debt_minor + p.finance_minor for p in parts)
    return form_page(
        here, "offer", act, deal=row, parts=parts, waived_minor=waived, pay_minor=to_pay, last=parts[-1].due_on,
        missed=here.rules.agreement.max_missed,
    )  # fmt: skip


@page(acts=False)
def my_plan(here: Here) -> HttpResponse:
    """Each payment of what stands, what comes next, and how it is paid."""
    current = negotiation.current_deal(here.visit.account.pk)
    if current is None:
        return redirect(here.url("plan"))
    through = payments.bank_through(here.visit.creditor.pk)
    rows = negotiation.instalment_statuses(current, here.today, through, here.rules.agreement)
    following = next_due(rows)
    missing = following.amount_minor - following.paid_minor if following else 0
    return here.show(
        "plan_current", deal=current, rows=rows, currency=current.currency, following=following,
        missing=missing, missing_typed=f"{Money(missing, current.currency).major():f}",
        may_change=may_change_plan(here, current), mandate=mandates.standing(here.visit.account.pk),
        may_autopay=current.kind == "agreement" and bool(_chargers(here) or debits.settings_of(here.visit.creditor.pk)),
        debit=debits.standing(here.visit.account.pk), charge=debits.upcoming(here.visit.account.pk),
    )  # fmt: skip


def _chargers(here: Here) -> list[int]:
    """The creditor's gateways that can charge later what the person allows once."""
    able = {name for name, bound in _gateways().items() if write_mandates.can(bound)}
    return [row.pk for row in payments.gateways(here.visit.creditor.pk) if row.provider in able]


def _gateways() -> payments_write.Gateways:
    made: payments_write.Gateways = import_string(settings.PORTAL_GATEWAYS)()
    return made


@page(may_go=TO_GATEWAYS)
def autopay(here: Here) -> HttpResponse:
    """«Que se pague sola cada cuota»: to the gateway's page, finish on the way back, or take it back, at any moment."""
    account = here.visit.account.pk
    standing = mandates.standing(account)
    error = ""
    if here.request.method == "POST":
        try:
            answer = _autopay(here)
            if answer is not None:
                return answer
        except (GatewayError, UnusableInput, Refused) as wrong:
            error = wrong.sentence
    current, debit = negotiation.current_deal(account), debits.standing(account)
    if current is None and standing is None and debit is None:
        return redirect(here.url("home"))
    bank = debits.settings_of(here.visit.creditor.pk) if current else None
    return here.show(
        "autopay", status=422 if error else 200, error=error, mandate=mandates.standing(account), able=_chargers(here),
        debit=debit, charge=debits.upcoming(account), bank=bank, given=here.request.POST, deal=current,
        parts=_to_charge(here), kind=ACCOUNT_NAMES[debits.kind_of(here.visit.creditor.country)],
    )  # fmt: skip


def _to_charge(here: Here) -> list[InstalmentStatus]:
    """The instalments that are still to be paid: what the person is told will be charged, day by day."""
    current = negotiation.current_deal(here.visit.account.pk)
    if current is None:
        return []
    through = payments.bank_through(here.visit.creditor.pk)
    rows = negotiation.instalment_statuses(current, here.today, through, here.rules.agreement)
    return [row for row in rows if row.state not in ("paid", "cancelled")]


def _autopay(here: Here) -> HttpResponse | None:
    act, account = here.request.POST.get("acto", ""), here.visit.account.pk
    standing = mandates.standing(account)
    debit = debits.standing(account)
    if act == "quitar" and (standing or debit):
        if standing:
            write_mandates.revoke(mandate_id=standing.pk, at=here.at)
        if debit:
            write_debits.revoke(mandate_id=debit.pk, at=here.at)
        return here.done("autopay-off")
    if act == "banco":
        return _sign(here)
    if act == "terminar" and standing:
        row = write_mandates.grant(mandate_id=standing.pk, gateways=_gateways(), at=here.at)
        if row.state == "active":
            if debit:
                # One way at a time: whoever chose the card is not charged at the bank as well.
                write_debits.revoke(mandate_id=debit.pk, at=here.at)
            return here.done("autopay")
        raise Refused(_("La pasarela todavía no nos confirma la autorización: inténtelo otra vez en un momento."))
    able, current = _chargers(here), negotiation.current_deal(account)
    if act != "empezar" or not able or current is None:
        return None
    home = url_of(here.visit.token)
    urls = payments_write.Urls(success=f"{home}cuotas/solas/", cancel=f"{home}cuotas/solas/")
    rows = [(p.number, p.due_on, p.debt_minor + p.finance_minor) for p in current.instalments.all()]
    row = write_mandates.ask(
        account_id=account, gateway_id=able[0], key=here.key("mandate"), gateways=_gateways(), urls=urls, at=here.at,
        evidence=evidence_of(here, rows, current.currency),
    )  # fmt: skip
    if row.url.startswith("https://"):
        return redirect(row.url)
    return here.show("to_gateway", url=row.url, name=Provider(row.gateway.provider).label)


def _sign(here: Here) -> HttpResponse:
    """«Desde mi cuenta de banco»: the person's own mandate, with what was shown as its evidence."""
    current, given = negotiation.current_deal(here.visit.account.pk), here.request.POST
    if current is None or current.kind != "agreement":
        raise Refused(_("No tiene un plan de pagos vigente."))
    if given.get("acepto") != "si":
        raise UnusableInput(_("Marque que autoriza los cargos."), field="acepto")
    shown = [(row.number, row.due_on, row.amount_minor - row.paid_minor) for row in _to_charge(here)]
    card = mandates.standing(here.visit.account.pk)
    write_debits.sign(
        new=write_debits.NewMandate(
            account=here.visit.account.pk, number=given.get("number", ""), holder=given.get("holder", ""),
            source="portal", key=here.key("debit"), evidence=evidence_of(here, shown, current.currency),
            max_minor=max((minor for _n, _on, minor in shown), default=None),
        ),
        at=here.at,
    )  # fmt: skip
    if card:
        write_mandates.revoke(mandate_id=card.pk, at=here.at)
    return here.done("autopay")
