"""Bank statements: CAMT.053 with its batches, MT940, OFX, and files of fixed positions."""

from datetime import date

import pytest

from puntual.adapters.files import Files
from puntual.ports.einvoice import Defaults

HOME = Defaults("MX", "MXN")


def read(data, name="extracto", layout=None, expect=None):
    files = Files()
    format = files.detect(data, name)
    if expect:
        assert format == expect
    batches = list(files.read(data, name, format=format, kind=None, layout=layout, defaults=HOME))
    return (
        [r for b in batches for r in b.records],
        [e for b in batches for e in b.errors],
        [w for b in batches for w in b.warnings],
    )


def detail(amount, name, note, e2e, wrap=False):
    who = f"<Pty><Nm>{name}</Nm></Pty>" if wrap else f"<Nm>{name}</Nm>"
    return (
        f"<TxDtls><Refs><EndToEndId>{e2e}</EndToEndId></Refs><Amt Ccy='EUR'>{amount}</Amt><RltdPties><Dbtr>{who}</Dbtr>"
        f"<DbtrAcct><Id><IBAN>ES7921000813610123456789</IBAN></Id></DbtrAcct></RltdPties>"
        f"<RmtInf><Ustrd>{note}</Ustrd></RmtInf></TxDtls>"
    )


def entry(amount, details="", indicator="CRDT", status="<Sts>BOOK</Sts>", ref="R1", extra=""):
    reference = f"<AcctSvcrRef>{ref}</AcctSvcrRef>" if ref else ""
    return (
        f"<Ntry><Amt Ccy='EUR'>{amount}</Amt><CdtDbtInd>{indicator}</CdtDbtInd>{status}"
        f"<BookgDt><Dt>2026-11-20</Dt></BookgDt>{reference}<NtryDtls>{extra}{details}</NtryDtls><AddtlNtryInf>Transferencia</AddtlNtryInf></Ntry>"
    )


def camt(*entries, version="02"):
    return (
        f"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}'><BkToCstmrStmt><Stmt>"
        f"<Acct><Id><IBAN>ES0001</IBAN></Id></Acct>{''.join(entries)}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


class TestCamt:
    @pytest.mark.parametrize(
        ("version", "status", "wrap"), [("02", "<Sts>BOOK</Sts>", False), ("08", "<Sts><Cd>BOOK</Cd></Sts>", True)]
    )
    def test_who_paid_and_why_is_kept_in_every_version(self, version, status, wrap):
        one = entry("100.50", detail("100.50", "Ocampo SL", "Factura F-1", "E2E-9", wrap), status=status)

        lines, errors, _ = read(camt(one, version=version), expect="camt053")

        assert errors == []
        (line,) = lines
        assert (line.amount_minor, line.currency, line.booked_on) == (10050, "EUR", date(2026, 11, 20))
        assert (line.account, line.counterparty_name) == ("ES0001", "Ocampo SL")
        assert (line.counterparty_account, line.end_to_end_id) == ("ES7921000813610123456789", "E2E-9")
        assert (line.text, line.bank_id) == ("Factura F-1", "ES0001:R1")

    def test_a_bundle_becomes_its_payments_and_names_its_batch(self):
        bundle = entry("30.00", detail("10.00", "A", "F-1", "NOTPROVIDED") + detail("20.00", "B", "F-2", "X"))

        lines, _, _ = read(camt(bundle))

        assert [(x.amount_minor, x.counterparty_name, x.end_to_end_id, x.bank_id) for x in lines] == [
            (1000, "A", "", "ES0001:R1/1"),
            (2000, "B", "X", "ES0001:R1/2"),
        ]
        assert {x.batch for x in lines} == {"R1"}

    def test_a_bundle_whose_parts_do_not_add_up_stays_one_movement(self):
        lines, _, _ = read(camt(entry("30.00", detail("10.00", "A", "F-1", "") + detail("19.00", "B", "F-2", ""))))

        assert [(x.amount_minor, x.text) for x in lines] == [(3000, "Transferencia")]

    def test_money_out_is_negative_pending_is_left_out_and_wrong_entries_are_set_apart(self):
        lines, errors, warnings = read(
            camt(
                entry("5.00", indicator="DBIT", ref="R2"),
                entry("7.00", status="<Sts>PDNG</Sts>", ref="R3"),
                entry("x", ref="R4"),
                entry("8.00", indicator="?", ref="R5"),
            )
        )

        assert [x.amount_minor for x in lines] == [-500]
        assert [(e.row, e.field) for e in errors] == [(3, "Amt"), (4, "CdtDbtInd")]
        assert warnings == ["1 movimientos aún no contabilizados por el banco se dejaron fuera."]

    def test_two_equal_movements_without_a_reference_are_two_and_a_second_reading_is_the_same_two(self):
        data = camt(entry("9.00", ref=""), entry("9.00", ref=""))

        first, second = read(data)[0], read(data)[0]

        assert len({x.bank_id for x in first}) == 2
        assert [x.bank_id for x in first] == [x.bank_id for x in second]

    def test_a_hostile_statement_is_refused(self):
        data = b"<!DOCTYPE d [<!ENTITY a 'b'>]>" + camt(entry("9.00"))

        lines, errors, _ = read(data)

        assert lines == []
        assert "DOCTYPE" in errors[0].error


MT940 = """{1:F01BANKMXMMXXXX0000000000}{4:
:20:STMT-0001
:25:012180001234567895
:28C:00001/001
:60F:C261119MXN10000,00
:61:2611201120C1500,50NTRFSPEI-778//BNK0001
:86:SPEI RECIBIDO COMERCIAL OCAMPO
FACTURA F-1
:61:2611201120D12,50NCHGNONREF//BNK0002
:86:COMISION
:62F:C261120MXN11488,00
-}
{4:
:20:STMT-0002
:25:999
:28C:1
:60F:C261119USD0,00
:61:261120C7,NTRFX
:86:OTRA
:62F:C261120USD7,00
-}
"""


def test_an_mt940_with_two_accounts():
    lines, errors, _ = read(MT940.encode("latin-1"), expect="mt940")

    assert errors == []
    assert [(x.account, x.amount_minor, x.currency, x.reference) for x in lines] == [
        ("012180001234567895", 150050, "MXN", "SPEI-778"),
        ("012180001234567895", -1250, "MXN", "BNK0002"),
        ("999", 700, "USD", "X"),
    ]
    assert lines[0].booked_on == date(2026, 11, 20)
    assert lines[0].text == "SPEI RECIBIDO COMERCIAL OCAMPO FACTURA F-1"


def ofx(transactions):
    return (
        "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nSECURITY:NONE\nENCODING:USASCII\nCHARSET:1252\nCOMPRESSION:NONE\n"
        "OLDFILEUID:NONE\nNEWFILEUID:NONE\n\n<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS>"
        "<DTSERVER>20261120<LANGUAGE>SPA</SONRS></SIGNONMSGSRSV1><BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STATUS><CODE>0"
        "<SEVERITY>INFO</STATUS><STMTRS><CURDEF>MXN<BANKACCTFROM><BANKID>012<ACCTID>123456789<ACCTTYPE>CHECKING"
        f"</BANKACCTFROM><BANKTRANLIST><DTSTART>20261101<DTEND>20261120{transactions}</BANKTRANLIST>"
        "<LEDGERBAL><BALAMT>11488.00<DTASOF>20261120</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
    ).encode("cp1252")


def test_an_ofx_statement():
    data = ofx(
        "<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20261120<TRNAMT>1500.50<FITID>A1"
        "<NAME>COMERCIAL OCAMPO<MEMO>Pago F-1</STMTTRN>"
        "<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20261119<TRNAMT>-12.50<FITID>A2<NAME>COMISION</STMTTRN>"
    )

    lines, errors, _ = read(data, expect="ofx")

    assert errors == []
    assert [(x.bank_id, x.amount_minor, x.booked_on, x.text) for x in lines] == [
        ("123456789:A1", 150050, date(2026, 11, 20), "COMERCIAL OCAMPO Pago F-1"),
        ("123456789:A2", -1250, date(2026, 11, 19), "COMISION"),
    ]
    assert lines[0].counterparty_name == "COMERCIAL OCAMPO"


def test_an_ofx_without_movements_or_with_entities_is_refused():
    assert "ningún movimiento" in read(ofx(""))[1][0].error
    assert "DOCTYPE" in read(b"OFXHEADER:100\n<!DOCTYPE x><OFX></OFX>")[1][0].error


FIXED = """
kind: statement
fixed:
  header: {prefix: "01", fields: {booked_on: [3, 8], account: [11, 6]}}
  detail: {prefix: "06", fields: {reference: [3, 10], amount: [13, 10, 2], text: [23, 12]}}
options: {currency: COP}
"""


def test_a_file_of_fixed_positions_by_a_layout_in_yaml():
    data = (
        "0120261120CTA-77\n06REF0000001 000150050RECAUDO     \n".replace(" 000150050", "0000150050")
        + "06REF0000002xx00150050ERRADO      \n"
        + "0900000002\n"
    ).encode()

    lines, errors, _ = read(data, "recaudo.txt", layout=Files().parse_layout(FIXED))

    assert [(x.booked_on, x.account, x.reference, x.amount_minor, x.currency, x.text) for x in lines] == [
        (date(2026, 11, 20), "CTA-77", "REF0000001", 150050, "COP", "RECAUDO"),
    ]
    assert [(e.row, e.field) for e in errors] == [(3, "amount")]


def test_a_layout_of_positions_survives_being_written_down_and_a_wrong_one_says_why():
    files = Files()
    layout = files.parse_layout(FIXED)

    assert files.parse_layout(files.dump_layout(layout)).fixed == layout.fixed
    with pytest.raises(Exception, match="inicio, largo"):
        files.parse_layout("kind: statement\nfixed: {detail: {fields: {amount: 5}}}")
