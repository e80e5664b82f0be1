"""The files of direct debit as banks read them, and what banks answer."""

from __future__ import annotations

from datetime import UTC, date, datetime
from xml.etree import ElementTree as ET

import attrs
import pytest

from puntual.adapters.direct_debit import BankFiles
from puntual.core.errors import UnusableInput
from puntual.ports.debits import Answer, Charge, File

NOW = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
IBAN = "ES9121000418450200051332"


def charge(n, on=date(2026, 11, 5), first=True, minor=100_10, account=IBAN):
    return Charge(f"200000{n:04d}", minor, on, f"PNT-{n}", date(2026, 11, 2), first, "Peña & Cía.", account, "Cuota 1")


FILE = File(
    "PNT1-20261102-7", NOW, "Ferretería Núñez S.L.", "ES50ZZZM23456789", IBAN, "CAIXESBBXXX", "EUR",
    (charge(1), charge(2, first=False), charge(3, on=date(2026, 11, 9), minor=5)),
)  # fmt: skip


def told(version):
    root = ET.fromstring(BankFiles().write(version, FILE).data)
    space = {"p": f"urn:iso:std:iso:20022:tech:xsd:{version}"}
    return lambda path: [one.text for one in root.findall(path, space)]


@pytest.mark.parametrize(("version", "bic"), [("pain.008.001.08", "BICFI"), ("pain.008.001.02", "BIC")])
def test_sepa_groups_by_day_and_sequence_and_its_sums_close(version, bic):
    of = told(version)
    assert of(".//p:GrpHdr/p:NbOfTxs") == ["3"] and of(".//p:GrpHdr/p:CtrlSum") == ["200.25"]
    assert of(".//p:PmtInf/p:ReqdColltnDt") == ["2026-11-05", "2026-11-05", "2026-11-09"]
    assert of(".//p:PmtInf/p:PmtTpInf/p:SeqTp") == ["RCUR", "FRST", "FRST"]
    assert of(".//p:PmtInf/p:CtrlSum") == ["100.10", "100.10", "0.05"]
    assert of(f".//p:CdtrAgt/p:FinInstnId/p:{bic}") == ["CAIXESBBXXX"] * 3
    assert of(".//p:MndtRltdInf/p:MndtId") == ["PNT-2", "PNT-1", "PNT-3"]


def test_sepa_writes_names_in_the_letters_that_every_bank_reads():
    of = told("pain.008.001.08")
    assert set(of(".//p:Dbtr/p:Nm")) == {"Pena Cia."} and set(of(".//p:Cdtr/p:Nm")) == {"Ferreteria Nunez S.L."}


def test_sepa_takes_no_other_currency():
    with pytest.raises(UnusableInput, match="MXN"):
        BankFiles().write("pain.008.001.08", attrs.evolve(FILE, currency="MXN"))


def test_fixed_lines_have_their_width_and_close_with_the_sum():
    rows = tuple(charge(n, account="002010077777777771") for n in (1, 2))
    file = attrs.evolve(FILE, currency="MXN", charges=rows, account="002010077777777771")
    lines = BankFiles().write("domiciliacion_fijo", file).data.decode("latin-1").split("\r\n")
    assert [len(line) for line in lines] == [125, 187, 187, 27, 0]
    assert lines[1][:29] == "02" + "0000001" + "2000000001".ljust(20)
    assert lines[1][64:84] == "00" + "002010077777777771" and lines[1][124:147] == "00000000001001020261105"
    assert lines[3] == "09" + "0000002" + "000000000000020020"


def test_what_does_not_fit_in_its_place_is_refused_not_cut():
    file = attrs.evolve(FILE, currency="MXN", charges=(charge(1, account="9" * 21),))
    with pytest.raises(UnusableInput, match="20 posiciones"):
        BankFiles().write("domiciliacion_fijo", file)


def test_a_name_that_is_a_formula_is_only_a_name_in_the_table():
    file = attrs.evolve(FILE, charges=(attrs.evolve(charge(1), holder="=cmd()"),))
    assert b"'=cmd()" in BankFiles().write("domiciliacion_csv", file).data


PAIN002 = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>
<GrpHdr><MsgId>R1</MsgId><CreDtTm>2026-11-04T10:00:00</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>PNT1-20261102-7</OrgnlMsgId><OrgnlMsgNmId>pain.008</OrgnlMsgNmId>{group}</OrgnlGrpInfAndSts>
{rows}</CstmrPmtStsRpt></Document>"""
ROW = (
    "<OrgnlPmtInfAndSts><OrgnlPmtInfId>x</OrgnlPmtInfId><TxInfAndSts><OrgnlEndToEndId>{ref}</OrgnlEndToEndId>"
    "<TxSts>{sts}</TxSts>{why}</TxInfAndSts></OrgnlPmtInfAndSts>"
)
WHY = "<StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf>"


def test_a_status_report_says_which_charge_and_why():
    rows = ROW.format(ref="2000000001", sts="RJCT", why=WHY) + ROW.format(ref="2000000002", sts="ACSC", why="")
    rows += ROW.format(ref="2000000003", sts="ACCP", why="")
    got = BankFiles().read(PAIN002.format(group="", rows=rows).encode(), "r.xml")
    message = "PNT1-20261102-7"
    assert got == [
        Answer("2000000001", "rejected", "AC04", None, message), Answer("2000000002", "paid", "", None, message),
        Answer("2000000003", "accepted", "", None, message),
    ]  # fmt: skip


def test_a_status_report_may_refuse_the_whole_file():
    group = "<GrpSts>RJCT</GrpSts><StsRsnInf><Rsn><Cd>FF01</Cd></Rsn></StsRsnInf>"
    got = BankFiles().read(PAIN002.format(group=group, rows="").encode(), "r.xml")
    assert got == [Answer("", "rejected", "FF01", None, "PNT1-20261102-7")]


def test_another_document_is_no_answer():
    with pytest.raises(UnusableInput, match="pain.002"):
        BankFiles().read(b"<Document><Otro/></Document>", "r.xml")


@pytest.mark.parametrize(
    ("said", "state", "code"),
    [
        ("Aplicado,", "paid", ""),
        ("No aplicado,CUENTA CANCELADA", "rejected", "AC04"),
        ("Devuelto,Cargo no reconocido", "returned", "MD06"),
        ("En proceso,", "accepted", ""),
        ("Rechazado,77", "rejected", "77"),
    ],
)
def test_a_bank_says_it_in_its_own_words(said, state, code):
    data = f"Referencia;Estatus;Motivo de rechazo\n2000000001;{said.replace(',', ';')}\n".encode()
    assert BankFiles().read(data, "r.csv") == [Answer("2000000001", state, code)]
