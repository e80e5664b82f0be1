"""A day of those who look after the others, in a real browser: supervisor, auditor, lawyer and seller; each screen of
theirs full of data, by axe in light and dark, at 320 px, and the keyboard."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from puntual.apps.access import write as access
from puntual.apps.access import write_approvals
from puntual.apps.access.models import Approval
from puntual.apps.access.write_approvals import Asked
from puntual.apps.escalation.models import LegalStep
from puntual.apps.negotiation import write_disputes
from puntual.apps.negotiation.models import Dispute
from puntual.apps.parties import write as parties
from puntual.apps.parties.models import Account
from puntual.apps.receivables import read as books
from puntual.apps.receivables import write as books_write
from puntual.apps.reports import write as reports
from puntual.apps.supervision import write as supervision
from puntual.apps.supervision.models import Review
from puntual.apps.workbench.models import Handling, QueueRow

pytestmark = pytest.mark.journey
SCORES = {"empathy": 80, "clarity": 70, "law": 100, "agreement": 60}


@pytest.fixture
def people(portfolio, django_user_model):
    """Somebody of each role, at this company."""
    found = {}
    for name, role in (("sergio", "supervisor"), ("marta", "manager"), ("gloria", "agent"), ("abril", "lawyer"),
                       ("aurelio", "auditor"), ("valeria", "seller")):  # fmt: skip
        user = django_user_model.objects.create_user(name, first_name=name.capitalize())
        areas = ("ventas",) if role == "seller" else ()
        access.grant(user_id=user.pk, role=role, creditor_id=portfolio.creditor.pk, areas=areas)
        found[name] = user
    return found


@pytest.fixture
def company(portfolio, people):
    """The store, with a conversation just ended and reviewed, disputes of two areas, a complaint, a waiver asked."""
    creditor, now = portfolio.creditor, timezone.now()
    talks = []
    for n, (code, outcome) in enumerate((("C-1", "promise"), ("C-2", "no_answer"))):
        account = Account.objects.get(pk=portfolio.accounts[code])
        at = now - timedelta(minutes=1 + n)
        talks.append(Handling.objects.create(
            agent=people["gloria"], creditor=creditor, party_id=account.party_id, account=account, taken_at=at,
            ended_at=at, closed_at=at, outcome=outcome, handling_s=95, wrap_up_s=7,
        ))  # fmt: skip
        QueueRow.objects.create(
            creditor=creditor, party_id=account.party_id, account=account, grp=1, place=n, amount_minor=100_00,
            currency="MXN", days_past_due=20, stage="administrative", reason="worth_at_risk", sentence="Hay riesgo.",
            built_at=now,
        )  # fmt: skip
    item = books.open_items(portfolio.accounts["C-1"])[0].due_item_id
    told = write_disputes.NewDispute(
        portfolio.accounts["C-1"], item, "wrong_price", portfolio.today, "portal", "d", text="No es el precio"
    )
    write_disputes.open_dispute(dispute=told, at=now)
    said = write_disputes.NewComplaint(portfolio.accounts["C-2"], portfolio.today, "portal", "q", "Me llamaron mucho")
    row = write_disputes.open_complaint(complaint=said, at=now)
    found = write_disputes.Inside("treatment", 20_000, founded=True, agent=people["gloria"].pk)
    write_disputes.note_inside(row=row, found=found, by=people["sergio"].pk, at=now)
    asked = Asked("waiver", creditor.pk, "Se enfermó", "w", portfolio.accounts["C-1"], 50_00, "MXN",
                  {"parts": [[item, 1, 50_00]]})  # fmt: skip
    write_approvals.ask(asked=asked, by=people["gloria"], at=now)
    reports.add_action(
        creditor_id=creditor.pk, title="Una sola lista de precios", owner="Ventas", dimension="cause",
        value="wrong_price", begun_on=portfolio.today - timedelta(days=20), window_days=30, by_id=None,
    )  # fmt: skip
    return portfolio, talks


def test_the_supervisor_s_day(open_page, company, people, live_server) -> None:
    portfolio, talks = company
    page = open_page("/supervision/", user=people["sergio"])
    page.click("table a:has-text('Gloria')")
    expect(page.locator("h1")).to_have_text("Conversaciones de un día")
    expect(page.locator("tbody tr")).to_have_count(2)
    page.click("tr:has-text('Promesa de pago') a:has-text('Revisar')")
    for code, points in SCORES.items():
        page.fill(f"#{code}", str(points))
    page.fill("#good", "Escuchó antes de pedir")
    page.fill("#better", "Ofrecer la fecha primero")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Revisión guardada")
    assert Review.objects.get().handling_id == talks[0].pk
    page.goto(live_server.url + "/gestion/reparto/")
    page.click("button:has-text('Repartir la cola')")
    page.wait_for_selector("text=cambiaron de escritorio")
    page.goto(live_server.url + "/por-aprobar/")
    page.click("button:has-text('Aprobar')")
    page.wait_for_selector("text=Aprobado y hecho")
    assert Approval.objects.get().state == "approved"
    page.goto(live_server.url + "/supervision/dia/")
    page.click("tbody a.who")
    expect(page.locator("h1")).to_have_text("Conversaciones de un día")


def test_the_floor_goes_on_by_itself_after_the_line_is_cut(open_page, company, people) -> None:
    portfolio, talks = company
    page = open_page("/supervision/", user=people["sergio"])
    expect(page.locator("tr:has-text('Gloria') td.money").first).to_have_text("2")
    page.context.set_offline(True)
    account = talks[0].account
    Handling.objects.create(
        agent=people["gloria"], creditor=portfolio.creditor, party_id=account.party_id, account=account,
        taken_at=timezone.now(), closed_at=timezone.now(), outcome="informed",
    )  # fmt: skip
    page.context.set_offline(False)
    expect(page.locator("tr:has-text('Gloria') td.money").first).to_have_text("3", timeout=20_000)


def test_the_agent_answers_a_review(open_page, company, people) -> None:
    portfolio, talks = company
    supervision.review(
        handling_id=talks[0].pk, creditor_id=portfolio.creditor.pk, reviewer=people["sergio"], scores=SCORES,
        good="Escuchó", better="La fecha", now=timezone.now(),
    )  # fmt: skip
    page = open_page("/mis-revisiones/", user=people["gloria"])
    page.fill("input[name=text]", "Sí di la fecha")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Dijo que no está de acuerdo")
    page = open_page("/supervision/calidad/", user=people["marta"])
    page.click("summary:has-text('Cambiar la nota')")
    for code in SCORES:
        page.locator(f"input[name={code}]").fill("90")
    page.locator("input[name=text]").fill("Es cierto")
    page.click("button:has-text('Responder')")
    page.wait_for_selector("text=Respondido")
    assert Review.objects.get().total == 90


def test_the_auditor_s_day_reads_everything_and_writes_nothing(open_page, company, people, live_server) -> None:
    portfolio, _talks = company
    page = open_page(f"/clientes/{portfolio.accounts['C-1']}/", user=people["aurelio"])
    dispute = Dispute.objects.get().pk
    for path in (
        f"/clientes/{portfolio.accounts['C-1']}/", "/por-aprobar/", f"/aclaraciones/aclaracion/{dispute}/", "/legal/",
        "/supervision/", "/supervision/calidad/", "/gestion/reparto/", "/envios/", "/normas/bitacora/",
    ):  # fmt: skip
        page.goto(live_server.url + path)
        offered = page.eval_on_selector_all(
            "main form", "forms => forms.filter(f => f.method === 'post').map(f => f.getAttribute('action'))"
        )
        assert offered == [], path
    page.goto(live_server.url + "/normas/bitacora/accesos/?que=saw")
    assert "aurelio" in page.inner_text("main") and "receivables:account" in page.inner_text("main")
    token = page.evaluate("document.cookie.match(/csrftoken=([^;]+)/)?.[1] || ''")
    token = token or page.locator("[name=csrfmiddlewaretoken]").first.get_attribute("value")
    answer = page.request.post(
        f"{live_server.url}/aclaraciones/aclaracion/{dispute}/avanzar/",
        form={"event": "take", "csrfmiddlewaretoken": token}, headers={"Referer": live_server.url},
    )  # fmt: skip
    assert (answer.status, Dispute.objects.get().state) == (403, "open")
    page.goto(live_server.url + "/normas/bitacora/accesos/?que=refused")
    assert "negotiation:advance" in page.inner_text("main")


def test_the_lawyer_asks_and_files_what_another_authorises(open_page, portfolio, people, live_server) -> None:
    row = parties.NewAccount("C-9", "Deudor Antiguo", "", "business", "MX")
    pk = parties.register_accounts(creditor=portfolio.creditor, rows=[row], source="prueba").accounts["C-9"]
    due = portfolio.today - timedelta(days=130)
    invoice = books_write.NewInvoice(pk, "V-1", "V-1", due - timedelta(days=30), "MXN", 700_00, ((due, 700_00),))
    books_write.post_invoices(creditor_id=portfolio.creditor.pk, invoices=[invoice], source="prueba")
    page = open_page(f"/clientes/{pk}/", user=people["abril"])
    page.click("main a:has-text('Etapa legal')")
    page.select_option("select[name=step]", "suit")
    page.fill("textarea[name=reason]", "No responde desde hace cuatro meses")
    page.click("button:has-text('Pedirlo a otra persona')")
    page.wait_for_selector("text=espera el sí de otra persona")
    boss = open_page("/por-aprobar/", user=people["marta"])
    boss.click("a:has-text('Mirar lo que se pide')")
    expect(boss.locator("h1")).to_have_text("Etapa legal")
    boss.goto(live_server.url + "/por-aprobar/")
    boss.click("button:has-text('Aprobar')")
    boss.wait_for_selector("text=Aprobado y hecho")
    page.reload()
    expect(page.locator("main")).to_contain_text("En evaluación legal")
    page.fill("input[name=reference]", "Juzgado 3.º, expediente 118/2026")
    page.click("button:has-text('Anotar que se dio')")
    page.wait_for_selector("text=Demandada")
    assert LegalStep.objects.get().state == "done"


def test_the_seller_answers_what_is_of_sales_and_finds_nothing_else(open_page, company, people, live_server) -> None:
    portfolio, _talks = company
    page = open_page("/", user=people["valeria"])
    expect(page.locator("h1")).to_have_text("Aclaraciones y quejas")
    assert "Me llamaron" not in page.content() and "Distribuidora Andina" not in page.inner_text("main")
    page.click("a:has-text('Comercial Ocampo')")
    page.click("button:has-text('Tomar para revisar')")
    page.wait_for_selector("text=Anotado")
    page.select_option("#causa", "prices")
    page.fill("#costo", "120")
    page.click("button:has-text('Guardar la causa')")
    page.wait_for_selector("text=Lista de precios")
    page.fill("input[name=credited]", "100")
    page.fill("textarea[name=text]", "Se descuenta la diferencia")
    page.click("section[aria-labelledby=resultado] button")
    page.wait_for_selector("text=Se descuenta la diferencia")
    row = Dispute.objects.get()
    assert (row.state, row.credited_minor, row.root_cause, row.cost_minor) == ("partly", 100_00, "prices", 120_00)
    other = page.goto(f"{live_server.url}/clientes/{portfolio.accounts['C-2']}/")
    assert other.status == 404


def test_these_screens_are_accessible_full_of_data(accessible, company, people) -> None:
    portfolio, talks = company
    supervision.review(
        handling_id=talks[0].pk, creditor_id=portfolio.creditor.pk, reviewer=people["sergio"], scores=SCORES,
        good="Escuchó", better="La fecha", now=timezone.now(),
    )  # fmt: skip
    supervision.dispute(review_id=Review.objects.get().pk, agent=people["gloria"], text="No es así", now=timezone.now())
    for path in (
        "/supervision/", "/supervision/dia/", "/supervision/dia/quien/", "/supervision/calidad/",
        f"/supervision/calidad/{talks[1].pk}/", "/por-aprobar/", "/legal/", "/aclaraciones/",
        f"/clientes/{portfolio.accounts['C-2']}/legal/",
    ):  # fmt: skip
        accessible(path, user=people["marta"]) if path.startswith("/supervision/calidad/") else accessible(path)


def test_what_an_agent_and_a_seller_see_is_accessible_too(accessible, company, people) -> None:
    accessible("/mis-revisiones/", user=people["gloria"])
    accessible("/aclaraciones/", user=people["valeria"])
