"""Private papers, behind one more step: statement, receipts, contacts, certificates. And their public check."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from puntual.apps.imports import read as imports
from puntual.apps.outreach import read as outreach
from puntual.apps.parties import read as parties
from puntual.apps.portal import limits, papers, read, steps, write
from puntual.apps.portal.choices import MOVEMENTS_SHOWN, TAX_ID_NAMES, RevokedFor, no_debt_name
from puntual.apps.portal.pages import Here, page, private
from puntual.apps.receivables import read as receivables
from puntual.core.errors import Refused

_COOKIE = "p_paso"
#: Where the step may lead.
_AFTER = ("statement", "contacts", "certificate")


def behind_step(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Only for whoever answered the one question; others are asked it first."""

    @wraps(view)
    def asked(here: Here, **more: Any) -> HttpResponse:
        if steps.is_open(here.visit.link.pk, here.request.COOKIES.get(_COOKIE, "")):
            return view(here, **more)
        after = view.__name__ if view.__name__ in _AFTER else "statement"
        return redirect(f"{here.url('step')}?ir={after}")

    return asked


@page()
def step(here: Here) -> HttpResponse:
    """The question: the end of one's tax id, or the code that the company gave."""
    link, wrong, sent, refused = here.visit.link, False, "", ""
    after = here.request.GET.get("ir", "")
    after = after if after in _AFTER else "statement"
    point = write.sent_to(link)
    others = steps.others(here.visit, point.pk if point else None)
    asked = next((o for o in others if here.request.POST.get("enviar") == str(o.point)), None)
    if asked is not None:
        try:
            steps.send_code(visit=here.visit, to=asked, at=here.at)
            sent = asked.shown
        except Refused as no:
            refused = no.sentence
    elif here.request.method == "POST":
        if steps.answer(visit=here.visit, text=here.request.POST.get("answer", "")[:40], at=here.at):
            response = redirect(here.url(after))
            response.set_cookie(
                _COOKIE, steps.stamp(link.pk), max_age=int(steps.OPEN_FOR.total_seconds()), path=here.url("home"),
                httponly=True, samesite="Lax", secure=here.request.is_secure(),
            )  # fmt: skip
            return response
        wrong = True
        link.refresh_from_db()
    return here.show(
        "step",
        status=403 if wrong else 422 if refused else 200,
        wrong=wrong,
        sent=sent,
        error=refused,
        others=others,
        locked=steps.is_locked(link, here.at),
        by_tax_id=bool(steps.tax_id_of(here.visit)),
        tax_id_name=TAX_ID_NAMES.get(
            here.visit.party.country or here.visit.creditor.country, _("identificación fiscal")
        ),
        digits=steps.TAX_ID_TAIL,
    )


def _paper(here: Here, template: str, as_pdf: bool, title: str, **more: Any) -> HttpResponse:
    """A paper on screen, ready to print, or as a PDF."""
    context = here.context() | {"paper": f"portal/papers/{template}.html", "title": title, "at": here.at} | more
    if not as_pdf:
        return render(here.request, "portal/paper.html", context)
    html = render_to_string("portal/paper_pdf.html", context, request=here.request)
    response = HttpResponse(papers.pdf(html), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{template}.pdf"'
    return response


@page(acts=False)
@behind_step
def statement(here: Here, as_pdf: bool = False) -> HttpResponse:
    """«Estado de cuenta»."""
    found = papers.statements(here.visit.account.pk, papers.MOVEMENTS if as_pdf else MOVEMENTS_SHOWN)
    cut = not as_pdf and sum(len(one.movements) for one in found) >= MOVEMENTS_SHOWN
    return _paper(
        here, "statement", as_pdf, _("Estado de cuenta"), statements=found, person=papers.person_for(here.visit),
        mixed=len(found) > 1, cut=cut, pdf_url=here.url("statement_pdf"),
    )  # fmt: skip


@page(acts=False)
@behind_step
def receipt(here: Here, event: int, as_pdf: bool = False) -> HttpResponse:
    """«Comprobante» of one payment."""
    found = papers.receipt(here.visit.account.pk, event)
    if found is None:
        raise Http404
    return _paper(
        here, "receipt", as_pdf, _("Comprobante de pago"), receipt=found, person=papers.person_for(here.visit),
        pdf_url=here.url("receipt_pdf", event=event),
    )  # fmt: skip


@page(acts=False)
@behind_step
def document(here: Here, invoice: int) -> HttpResponse:
    """The original of an invoice (XML, PDF), when it is about this person alone."""
    mine = {b.due_item.invoice_id: b.due_item.invoice for b in receivables.all_items(here.visit.account.pk)}
    pk = mine[invoice].document_id if invoice in mine else None
    if pk is None or pk not in imports.documents_about(here.visit.party.pk, [pk]):
        raise Http404
    found = imports.original(pk, here.visit.creditor.pk)
    if found is None or found.data is None:
        raise Http404
    kind = "application/pdf" if found.data.startswith(b"%PDF-") else "application/octet-stream"
    response = HttpResponse(found.data, content_type=kind)
    response["Content-Disposition"] = content_disposition_header(True, found.name.rpartition("/")[2])
    response["X-Content-Type-Options"] = "nosniff"
    return response


@page(acts=False)
@behind_step
def contacts(here: Here) -> HttpResponse:
    """Every contact that this creditor had with the person about this account."""
    rows = [c for c in outreach.contacts_of(here.visit.party.pk, 200) if c.account_id == here.visit.account.pk]
    return here.show("contacts", contacts=rows[:60])


@page()
@behind_step
def certificate(here: Here) -> HttpResponse:
    """The certificate that nothing is owed, by the name that the country gives it. Only when nothing is."""
    title, refused = no_debt_name(here.visit.creditor.country), ""
    if here.request.method == "POST":
        try:
            row = papers.issue_no_debt(visit=here.visit, at=here.at)
            return redirect(here.url("certificate_paper", number=row.number))
        except Refused as no:
            refused = no.sentence
    bill = read.bill(here.visit.account.pk, here.today)
    return here.show(
        "certificate",
        status=409 if refused else 200,
        name=title,
        bill=bill,
        refused=refused,
        mixed=len(bill.totals) > 1,
    )


@page(acts=False)
@behind_step
def certificate_paper(here: Here, number: str, as_pdf: bool = False) -> HttpResponse:
    """An issued certificate."""
    row = read.paper(number)
    if row is None or row.account_id != here.visit.account.pk or row.kind != "no_debt":
        raise Http404
    return _paper(
        here, "no_debt", as_pdf, str(no_debt_name(here.visit.creditor.country)), row=row,
        on=here.visit.today(row.at), person=papers.person_for(here.visit), check_url=_check_url(number),
        pdf_url=here.url("certificate_pdf", number=number),
    )  # fmt: skip


@page(acts=False, even_revoked_for=RevokedFor.WRONG_PERSON)
def wrong_person_paper(here: Here, as_pdf: bool = False) -> HttpResponse:
    """The certificate of a «No soy esta persona»: it tells nothing about whoever was looked for."""
    told = read.wrong_person_of(here.visit.link.pk)
    if told is None:
        return redirect(here.url("wrong_person"))
    row = papers.wrong_person_paper(visit=here.visit, at=told.at)
    point = here.visit.link.contact_point
    return _paper(
        here, "wrong_person", as_pdf, _("Constancia de contacto equivocado"), row=row, told=told,
        shown=_shown(here, point), check_url=_check_url(row.number), pdf_url=here.url("wrong_person_pdf"), closed=True,
    )  # fmt: skip


def _shown(here: Here, point: Any) -> str:
    if point is None:
        return ""
    mine = parties.points([here.visit.party.pk])[here.visit.party.pk]
    return next((steps.masked(p.value) for p in mine if p.pk == point.pk), "")


def _check_url(number: str) -> str:
    return write.url_of("x").replace("/p/x/", f"/constancia/{number}/")


@require_safe
def check_paper(request: HttpRequest, number: str) -> HttpResponse:
    """Public: whether a paper of that number was issued, by whom and when. Never about whom."""
    who = str(request.META.get("REMOTE_ADDR", ""))
    if not limits.count("address", who) or limits.is_over("wrong", who):
        return private(render(request, "portal/too_many.html", {"language": "es"}, status=429))
    found = read.paper(number.upper().replace("-", "").replace(" ", ""))
    if found is None:
        limits.count("wrong", who)
    with translation.override("es"):
        response = render(
            request,
            "portal/check_paper.html",
            {
                "found": found,
                "annulled_at": read.annulled_on(found) if found else None,
                "number": number,
                "creditor": found.account.creditor if found else None,
                "now": timezone.now(),
                "language": "es",
            },
            status=200 if found else 404,
        )
    return private(response)
