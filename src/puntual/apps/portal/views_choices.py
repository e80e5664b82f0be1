"""What the person decides about being contacted: not me, stop, remind me, payday, preferences, a word, a talk."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from puntual.apps.portal import acts, forms, papers, read, write
from puntual.apps.portal.choices import (
    REMIND_DAYS_AHEAD,
    Every,
    Hours,
    PaydayKind,
    PreferredChannel,
    RevokedFor,
    Weekday,
)
from puntual.apps.portal.law import may_ask_reason
from puntual.apps.portal.pages import Here, form_page, page

#: Channels that «No me escriban más» may close; * is all of them.
_STOPS = ("email", "whatsapp", "sms", "call", "*")


@page(even_revoked_for=RevokedFor.WRONG_PERSON)
def wrong_person(here: Here) -> HttpResponse:
    """«No soy esta persona»: one button, and the contact is silenced everywhere. The link closes with it."""
    certificate = here.url("wrong_person_paper")
    if here.visit.link.revoked_at:
        return redirect(certificate)

    def act() -> HttpResponse:
        typed = forms.text(here.request.POST, "received_at", 120)
        told = write.not_this_person(visit=here.visit, key=here.key("wrong"), at=here.at, received_at=typed)
        papers.wrong_person_paper(visit=here.visit, at=told.at)
        return redirect(certificate)

    return form_page(here, "wrong_person", act, point_known=write.sent_to(here.visit.link) is not None)


@page()
def stop(here: Here) -> HttpResponse:
    """«No me escriban más»: by this channel or by all, from now on."""
    channel = _channel(here)

    def act() -> HttpResponse:
        chosen = forms.choice(here.request.POST, "channel", list(_STOPS))
        write.stop(visit=here.visit, channel=chosen, at=here.at, proof=f"portal:{here.visit.link.pk}")
        return here.done("stop")

    return form_page(here, "stop", act, channel=channel, channels=dict(PreferredChannel.choices))


def _channel(here: Here) -> str:
    """The channel by which the link arrived; mail when nobody knows."""
    point = write.sent_to(here.visit.link)
    return "email" if point is None or point.kind == "email" else "whatsapp"


@page()
def one_click(here: Here) -> HttpResponse:
    """List-Unsubscribe-Post (RFC 8058): a POST by the mail program, without cookies, honoured at once."""
    if here.request.method != "POST":
        return redirect(here.url("stop"))
    write.stop(visit=here.visit, channel="email", at=here.at, proof=f"one-click:{here.visit.link.pk}")
    return HttpResponse(_("Listo: no le escribiremos más a este correo."), content_type="text/plain; charset=utf-8")


@page()
def remind(here: Here) -> HttpResponse:
    """«Recuérdenme el ...»."""
    days = [here.today + timedelta(days=1), here.today + timedelta(days=REMIND_DAYS_AHEAD)]

    def act() -> HttpResponse:
        on = forms.day(here.request.POST, "on")
        acts.remind_on(visit=here.visit, on=on, key=here.key("remind"), at=here.at)
        return here.done("remind")

    payday = read.payday_of(here.visit.account.pk)
    suggested = write.next_payday(payday, days[0]) if payday else None
    if suggested and suggested > days[1]:
        suggested = None
    return form_page(here, "remind", act, first=days[0], last=days[1], suggested=suggested)


@page()
def payday(here: Here) -> HttpResponse:
    """«Mi día de pago»."""
    account = here.visit.account.pk

    def act() -> HttpResponse:
        given = here.request.POST
        if given.get("kind") == "none":
            write.forget_payday(account=account)
            return here.done("payday")
        kind = forms.choice(given, "kind", PaydayKind.values)
        day, weekday = (given.get(name, "") for name in ("day", "weekday"))
        write.set_payday(
            account=account, kind=kind, at=here.at, day=int(day) if day.isdecimal() else None,
            weekday=int(weekday) if weekday.isdecimal() else None,
        )  # fmt: skip
        return here.done("payday")

    return form_page(here, "payday", act, payday=read.payday_of(account), weekdays=Weekday.choices)


@page()
def preferences(here: Here) -> HttpResponse:
    """Channel and hours."""
    party = here.visit.party.pk

    def act() -> HttpResponse:
        given = here.request.POST
        channel = forms.choice(given, "channel", PreferredChannel.values, default="")
        write.prefer(party_id=party, channel=channel, hours=forms.choice(given, "hours", Hours.values), at=here.at)
        return here.done("preferences")

    return form_page(
        here, "preferences", act, preference=read.preference_of(party), channels=PreferredChannel.choices,
        hours=Hours.choices,
    )  # fmt: skip


@page()
def word(here: Here) -> HttpResponse:
    """A voluntary word: what happened (not where the law forbids to ask) and what can be paid."""
    visit = here.visit
    asks = may_ask_reason(visit.party.country or visit.creditor.country, visit.party.debtor, here.today)
    currency = next((c for c, _minor in read.bill(visit.account.pk, here.today).totals), visit.creditor.currency)

    def act() -> HttpResponse:
        given = here.request.POST
        typed = given.get("can_pay", "").strip()
        told = acts.NewWord(
            text=forms.text(given, "text") if asks else "",
            can_pay_minor=forms.amount(typed, currency, field="can_pay") if typed else None,
            currency=currency,
            every=forms.choice(given, "every", Every.values, default="month"),
            delicate=asks and given.get("delicate") == "on",
        )
        acts.tell(visit=visit, word=told, key=here.key("word"), at=here.at)
        return here.done("word")

    return form_page(here, "word", act, asks=asks, currency=currency, every=Every.choices)


@page()
def talk(here: Here) -> HttpResponse:
    """«Hablar con una persona»."""

    def act() -> HttpResponse:
        given = here.request.POST
        acts.ask_to_talk(
            visit=here.visit,
            text=forms.text(given, "text"),
            channel=forms.choice(given, "channel", PreferredChannel.values, default=""),
            hours=forms.choice(given, "hours", Hours.values, default="any"),
            key=here.key("talk"),
            at=here.at,
        )
        return here.done("talk")

    return form_page(here, "talk", act, channels=PreferredChannel.choices, hours=Hours.choices)


@page()
def rate(here: Here) -> HttpResponse:
    """One question after paying."""

    def act() -> HttpResponse:
        given = here.request.POST
        score = given.get("score", "")
        acts.rate(
            visit=here.visit, score=int(score) if score.isdecimal() and len(score) == 1 else 0,
            text=forms.text(given, "text", 600), key=here.key("rate"), at=here.at,
        )  # fmt: skip
        return here.done("rate")

    return form_page(here, "rate", act)
