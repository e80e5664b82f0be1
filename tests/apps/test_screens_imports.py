"""Cargar datos on screen: looked at before it is kept, columns corrected and remembered, what vanished asked about."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from puntual.apps.imports.models import ImportRun, Mapping
from puntual.apps.parties import write as parties
from puntual.apps.parties.models import Account
from puntual.apps.receivables.models import AccountBalance, Event, Invoice
from puntual.core.time import local_date

pytestmark = pytest.mark.django_db
ZONE = "America/Mexico_City"
INVOICES = (
    "Factura,Cliente,RFC,Fecha,Vencimiento,Total,Correo\n"
    "A-1,Panadería Luz,PLU010101AB1,01/10/2026,31/10/2026,\"1,500.00\",pagos@luz.example\n"
    "A-2,Panadería Luz,PLU010101AB1,05/10/2026,04/11/2026,500.00,pagos@luz.example\n"
    "A-3,Taller Ríos,TRI020202CD2,05/10/2026,04/11/2026,nada,\n"
)  # fmt: skip


@pytest.fixture
def creditor():
    return parties.create_creditor(code="norte", name="Norte", country="MX", zone=ZONE, currency="MXN")


@pytest.fixture
def boss(client, creditor, django_user_model):
    client.force_login(django_user_model.objects.create_superuser("lucia"))
    return client


def send(client, text: str, name: str = "facturas.csv", kind: str = "") -> str:
    """Send a file and give the address of its review."""
    file = SimpleUploadedFile(name, text.encode(), "text/csv")
    return client.post("/cargar/", {"archivos": [file], "kind": kind})["location"]


def loaded(client, review: str) -> ImportRun:
    where = client.post(f"{review}cargar/", {"accion": "cargar"})["location"]
    return ImportRun.objects.get(pk=int(re.search(r"/cargar/(\d+)/", where).group(1)))


def test_a_file_is_looked_at_before_anything_is_kept(boss) -> None:
    page = boss.get(send(boss, INVOICES))
    tally = page.context["found"].tally
    assert (tally.read, tally.created, len(tally.rejected)) == (3, 2, 1)
    assert [s.kind for s in page.context["found"].sheets] == ["invoices"]
    assert (Invoice.objects.count(), Account.objects.count(), ImportRun.objects.count()) == (0, 0, 0)


def test_it_is_loaded_with_its_rejects_to_download(boss) -> None:
    run = loaded(boss, send(boss, INVOICES))
    assert (run.state, run.result["created"], run.result["rejected_count"]) == ("done", 2, 1)
    assert AccountBalance.objects.get().open_minor == 2_000_00
    text = boss.get(reverse("imports:rejects", args=[run.pk])).content.decode("utf-8-sig")
    assert text.splitlines()[0] == "archivo,fila,campo,valor,error"
    assert text.splitlines()[1].startswith("facturas.csv,4,Total,nada,")


def test_left_files_are_forgotten_and_nobody_else_sees_them(boss, client, django_user_model) -> None:
    review = send(boss, INVOICES)
    boss.post(f"{review}cargar/", {"accion": "dejar"})
    assert boss.get(review).status_code == 404
    review = send(boss, INVOICES)
    client.force_login(django_user_model.objects.create_superuser("otra"))
    assert client.get(review).status_code == 404


def test_columns_are_corrected_once_and_remembered(boss) -> None:
    strange = "Doc;Quién;Emitida;Límite;Cuánto\nB-1;Luz;01/10/2026;31/10/2026;100,50\n"
    review = send(boss, strange)
    sheet = boss.get(review).context["found"].sheets[0]
    fields = ["number", "customer_name", "issued_on", "due_on", "total"]
    told = {f"col_{i}": field for i, field in enumerate(fields)}
    boss.post(
        f"{review}columnas/", told | {"kind": "invoices", "kind_was": sheet.kind, "fingerprint": sheet.fingerprint}
    )
    assert boss.get(review).context["found"].tally.created == 1
    assert Mapping.objects.get().fields["columns"]["total"] == "Cuánto"
    assert loaded(boss, send(boss, strange, "otro.csv")).result["created"] == 1


def test_a_field_in_two_columns_is_said(boss) -> None:
    review = send(boss, INVOICES)
    sheet = boss.get(review).context["found"].sheets[0]
    told = {"col_0": "number", "col_1": "number", "kind": "invoices", "kind_was": "invoices"}
    page = boss.post(f"{review}columnas/", told | {"fingerprint": sheet.fingerprint}, follow=True)
    assert "«Número de documento» está en dos columnas" in page.content.decode()
    assert Mapping.objects.count() == 0


def test_no_file_is_an_error_beside_the_field(boss) -> None:
    assert boss.post("/cargar/", {"kind": ""}).context["error"] == "Elija al menos un archivo."


def balances(*rows: tuple[str, str]) -> str:
    lines = [f"{number},Panadería Luz,PLU010101AB1,{minor}" for number, minor in rows]
    return "\n".join(["Factura,Cliente,RFC,Saldo pendiente", *lines]) + "\n"


def test_what_vanished_from_todays_balances_is_asked_answered_and_taken_back(boss, creditor) -> None:
    loaded(boss, send(boss, INVOICES))
    run = loaded(boss, send(boss, balances(("A-1", "1500.00")), "saldos.csv", "balances"))
    gone = Invoice.objects.get(number="A-2")
    assert [(o.number, o.minor, o.answer) for o in boss.get(f"/cargar/{run.pk}/").context["vanished"]] == [
        ("A-2", 500_00, "")
    ]
    boss.post(f"/cargar/{run.pk}/faltaron/", {f"fac_{gone.pk}": "paid"})
    payment = Event.objects.get(kind="payment")
    assert (payment.provisional, payment.effective_on) == (True, local_date(datetime.now(UTC), ZONE))
    assert AccountBalance.objects.get().open_minor == 1_500_00
    boss.post(f"/cargar/{run.pk}/faltaron/deshacer/")
    assert AccountBalance.objects.get().open_minor == 2_000_00
    boss.post(f"/cargar/{run.pk}/faltaron/", {f"fac_{gone.pk}": "cancelled"})
    assert AccountBalance.objects.get().open_minor == 1_500_00
    assert Event.objects.filter(kind="payment", reversed_by=None).count() == 0


def test_an_answer_that_is_none_changes_nothing(boss) -> None:
    loaded(boss, send(boss, INVOICES))
    run = loaded(boss, send(boss, balances(("A-1", "1500.00")), "saldos.csv", "balances"))
    gone = Invoice.objects.get(number="A-2")
    boss.post(f"/cargar/{run.pk}/faltaron/", {f"fac_{gone.pk}": "quizá"})
    assert AccountBalance.objects.get().open_minor == 2_000_00


def test_a_large_file_is_read_through_without_trying_its_load(boss) -> None:
    rows = [f"B-{n},Cliente {n},PLU010101AB1,01/10/2026,31/10/2026,{n}.50," for n in range(1, 4001)]
    text = "\n".join([INVOICES.splitlines()[0], *rows, "B-X,Nadie,,01/10/2026,31/10/2026,nada,"])
    page = boss.get(send(boss, text))
    found = page.context["found"]
    assert (found.tried, found.tally.read, len(found.tally.rejected)) == (False, 4001, 1)
    assert "Filas leídas" in page.content.decode()
