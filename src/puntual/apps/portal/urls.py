"""Addresses of one customer's page, all under its private token. The public ones are in `public_urls`."""

from __future__ import annotations

from django.urls import URLPattern, path

from puntual.apps.access.choices import PROVEN
from puntual.apps.portal import views, views_choices, views_deals, views_papers, views_pay, views_plan, views_terms

app_name = "portal"
urlpatterns: list[URLPattern] = [
    path("", views.home, name="home"),
    path("cargos/<int:due_item>/", views.charges, name="charges"),
    path("pagar/", views_pay.pay, name="pay"),
    path("pagar/en-linea/", views_pay.online, name="online"),
    path("pagar/referencia/", views_pay.reference, name="reference"),
    path("pagar/vuelta/", views_pay.paid, name="paid"),
    path("pagar/con-descuento/", views_pay.pay_saving, name="pay_saving"),
    path("descuento/", views_deals.saving, name="saving"),
    path("abonar/", views_pay.part, name="part"),
    path("ya-pague/", views_pay.claim, name="claim"),
    path("fecha/", views_deals.promise, name="promise"),
    path("cuotas/", views_deals.plan, name="plan"),
    path("cuotas/mi-plan/", views_plan.my_plan, name="my_plan"),
    path("cuotas/solas/", views_plan.autopay, name="autopay"),
    path("oferta/", views_plan.offer, name="offer"),
    path("no-estoy-de-acuerdo/", views_deals.dispute, name="dispute"),
    path("queja/", views_deals.complaint, name="complaint"),
    path("es-legitima/", views.genuine, name="genuine"),
    path("listo/<slug:what>/", views.done, name="done"),
    path("no-soy/", views_choices.wrong_person, name="wrong_person"),
    path("no-soy/constancia/", views_papers.wrong_person_paper, name="wrong_person_paper"),
    path("no-soy/constancia.pdf", views_papers.wrong_person_paper, {"as_pdf": True}, name="wrong_person_pdf"),
    path("no-me-escriban/", views_choices.stop, name="stop"),
    path("baja/", views_choices.one_click, name="one_click"),
    path("hablar/", views_choices.talk, name="talk"),
    path("condiciones/", views_terms.terms, name="terms"),
    path("recuerdenme/", views_choices.remind, name="remind"),
    path("dia-de-pago/", views_choices.payday, name="payday"),
    path("preferencias/", views_choices.preferences, name="preferences"),
    path("mi-situacion/", views_choices.word, name="word"),
    path("como-le-fue/", views_choices.rate, name="rate"),
    path("paso/", views_papers.step, name="step"),
    path("estado-de-cuenta/", views_papers.statement, name="statement"),
    path("estado-de-cuenta.pdf", views_papers.statement, {"as_pdf": True}, name="statement_pdf"),
    path("recibo/<int:event>/", views_papers.receipt, name="receipt"),
    path("recibo/<int:event>.pdf", views_papers.receipt, {"as_pdf": True}, name="receipt_pdf"),
    path("documento/<int:invoice>/", views_papers.document, name="document"),
    path("contactos/", views_papers.contacts, name="contacts"),
    path("constancia/", views_papers.certificate, name="certificate"),
    path("constancia/<slug:number>/", views_papers.certificate_paper, name="certificate_paper"),
    path("constancia/<slug:number>.pdf", views_papers.certificate_paper, {"as_pdf": True}, name="certificate_pdf"),
    path("<path:rest>", views.missing, name="missing"),
]
#: Its private token is the key of each (see `steps`).
PERMISSIONS = {str(one.name): PROVEN for one in urlpatterns}
