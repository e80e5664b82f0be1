"""Damaged files of every kind: the answer is records, rows set apart or one sentence. Never a traceback."""

from random import Random

import pytest
from test_bank_files import MT940, camt, detail, entry, ofx
from test_einvoice_others import CII, chilean, dte, facturae, nfe, pdf_with, sri
from test_einvoice_ubl import COLOMBIAN, peruvian_invoice, term
from test_tabular import CARTERA, workbook

from puntual.adapters.files import Files
from puntual.core.errors import UnusableInput
from puntual.ports.einvoice import Defaults
from puntual.simulators import sat

SAMPLES = {
    "cfdi": lambda: sat.invoice(),
    "rep": lambda: sat.payment(pays=[{"uuid": "A", "previous": "10", "paid": "5"}]),
    "ubl": lambda: COLOMBIAN,
    "ubl de Perú": lambda: peruvian_invoice(term("FormaPago", "Cuota001", "440.00", due="2026-10-01")),
    "dte": lambda: chilean(dte()),
    "nfe": lambda: nfe("<cobr><dup><dVenc>2026-10-10</dVenc><vDup>250.00</vDup></dup></cobr>"),
    "sri": lambda: sri().encode(),
    "facturae": lambda: facturae(),
    "facturx": lambda: CII,
    "facturx en PDF": lambda: pdf_with(CII),
    "camt053": lambda: camt(entry("30.00", detail("10.00", "A", "F-1", ""))),
    "mt940": lambda: MT940.encode(),
    "ofx": lambda: ofx("<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20261120<TRNAMT>1.50<FITID>A1<NAME>C</STMTTRN>"),
    "csv": lambda: CARTERA.encode(),
    "xlsx": lambda: workbook([["Folio", "Cliente", "Fecha", "Total"], ["1", "A", "2026-01-01", 5.5]]),
}
ODD = [b"-", b"9" * 30, b"NaN", b"Infinity", b"\0", b"\xff", b"<a/>", b"1e400", "ñ".encode(), b"0000-00-00"]


def damaged(data: bytes, random: Random) -> bytes:
    out = bytearray(data)
    for _ in range(random.randint(1, 6)):
        at, what = random.randrange(len(out) + 1), random.random()
        if what < 0.4:
            out[at : at + 1] = bytes([random.randrange(256)])
        elif what < 0.7:
            del out[at : at + random.randint(1, 30)]
        else:
            out[at:at] = random.choice(ODD)
    return bytes(out)


@pytest.mark.parametrize("name", SAMPLES)
def test_no_damage_ends_in_a_traceback_or_in_half_a_record(name):
    data, random, files = SAMPLES[name](), Random(name), Files()
    outcomes = set()
    for _ in range(150):
        wounded = damaged(data, random)
        try:
            format = files.detect(wounded, "x")
            batches = list(
                files.read(wounded, "x", format=format, kind=None, layout=None, defaults=Defaults("MX", "MXN"))
            )
        except UnusableInput as error:
            assert error.sentence.endswith((".", "?"))
            outcomes.add("unusable")
            continue
        for batch in batches:
            outcomes.add("records" if batch.records else "apart")
            assert all(e.error for e in batch.errors)
            assert batch.records or batch.errors or batch.read == 0
    assert outcomes - {"records"}
