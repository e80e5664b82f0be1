"""What a person does on a customer's page: note a payment, note a promise. Each can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from puntual.apps.negotiation import write as negotiation
from puntual.apps.parties.models import Account
from puntual.apps.receivables import write
from puntual.apps.receivables.models import AccountBalance
from puntual.apps.scope import Scope, screen
from puntual.core.errors import Refused, UnusableInput
from puntual.core.money import Money, parse_major
from puntual.core.time import parse_date
from puntual.ui.formats import date_text, money_text

Act = Callable[[HttpRequest, Scope, Account], None]


def on_account(act: Act) -> Callable[..., HttpResponse]:
    """An act on an account of the chosen creditor: what cannot be done is said on the customer's page."""

    @screen
    @require_POST
    @wraps(act)
    def view(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
        account = Account.objects.filter(pk=pk, creditor_id=scope.creditor.pk).first()
        if account is None:
            raise Http404
        try:
            act(request, scope, account)
        except (UnusableInput, Refused) as error:
            messages.error(request, error.sentence)
        return redirect("receivables:account", pk=pk)

    return view


def _amount(given: QueryDict, account: Account) -> Money:
    """The amount of the form, in one of the account's currencies."""
    currency = given.get("currency", "")
    if not AccountBalance.objects.filter(account=account, currency=currency).exists():
        raise UnusableInput(_("Este cliente no tiene cuenta en esa moneda."), field="currency")
    money = parse_major(given.get("amount", "").strip() or "0", currency)
    if money.minor <= 0:
        raise UnusableInput(_("Escriba un importe mayor que cero, por ejemplo 1234.50."), field="amount")
    return money


def _day(given: QueryDict, name: str) -> date:
    return parse_date(given.get(name, ""))


def _token(given: QueryDict) -> str:
    """What makes the same form, sent twice, one act."""
    token = given.get("token", "")
    if not 16 <= len(token) <= 40 or not token.isalnum():
        raise UnusableInput(_("Este formulario ya no sirve: ábralo otra vez."))
    return token


@on_account
def register_payment(request: HttpRequest, scope: Scope, account: Account) -> None:
    """Money that somebody says came in: booked until the bank's own line replaces it."""
    money, day, token = _amount(request.POST, account), _day(request.POST, "paid_on"), _token(request.POST)
    if day > scope.today:
        raise UnusableInput(_("Un pago no puede tener fecha de mañana: anote una promesa."), field="paid_on")
    key = f"hand:{token}"
    note = request.POST.get("note", "").strip()
    payment = write.NewPayment(
        account.pk, money.minor, money.currency, day, key, "hand", provisional=True, note=note[:300]
    )
    done = write.post_payments(creditor_id=scope.creditor.pk, payments=[payment])
    if not done.created:
        messages.info(request, _("Ese pago ya estaba anotado."))
        return
    request.session["undo_payment"] = {"account": account.pk, "key": key}
    text = _("Pago de %(amount)s anotado. Quedará firme cuando lo traiga el banco.")
    undo = reverse("receivables:undo_payment", args=[account.pk])
    messages.success(request, text % {"amount": money_text(money.minor, money.currency, scope.locale)}, extra_tags=undo)


@on_account
def undo_payment(request: HttpRequest, scope: Scope, account: Account) -> None:
    """Take back the last payment that this session noted."""
    kept = request.session.pop("undo_payment", None)
    if kept and kept["account"] == account.pk:
        write.reverse_payment(key=kept["key"], on=scope.today, source="hand", note=_("Se anotó por error"))
        messages.success(request, _("El pago se quitó."))


@on_account
def make_promise(request: HttpRequest, scope: Scope, account: Account) -> None:
    """Somebody said how much and when: reminders wait until then."""
    money, day, token = _amount(request.POST, account), _day(request.POST, "promised_on"), _token(request.POST)
    user = request.user.pk
    promise = negotiation.NewPromise(
        account.pk, scope.today, day, "agent", f"hand:{token}", amount_minor=money.minor, by=user
    )
    row = negotiation.make_promise(promise=promise, at=timezone.now())
    request.session["undo_promise"] = {"account": account.pk, "promise": row.pk}
    words = {"amount": money_text(money.minor, money.currency, scope.locale), "day": date_text(day, scope.locale)}
    text = _("Promesa de %(amount)s para el %(day)s. Hasta entonces no se le recuerda, salvo la víspera.")
    messages.success(request, text % words, extra_tags=reverse("receivables:undo_promise", args=[account.pk]))


@on_account
def undo_promise(request: HttpRequest, scope: Scope, account: Account) -> None:
    """Take back the last promise that this session noted."""
    kept = request.session.pop("undo_promise", None)
    if kept and kept["account"] == account.pk:
        negotiation.withdraw_promise(promise_id=kept["promise"], at=timezone.now(), on=scope.today, by=request.user.pk)
        messages.success(request, _("La promesa se retiró."))
