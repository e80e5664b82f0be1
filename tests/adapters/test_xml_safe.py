"""Hostile and broken XML is refused with a sentence, and nothing of it is ever expanded or fetched."""

import pytest

from puntual.adapters.detect import detect
from puntual.adapters.xml_safe import MAX_DEPTH, XmlRefused, parse
from puntual.core.errors import UnusableInput

BOMB = (
    b'<!DOCTYPE z [<!ENTITY a "lol">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(9))
    + b"]><z>&j;</z>"
)


@pytest.mark.parametrize(
    "xml",
    [
        BOMB,
        b'<?xml version="1.0"?><!DOCTYPE x SYSTEM "http://127.0.0.1:9/evil.dtd"><x/>',
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
        b'<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;]><x/>',
        ('<?xml version="1.0" encoding="UTF-16"?>' + '<!DOCTYPE x [<!ENTITY e "b">]><x>&e;</x>').encode("utf-16"),
        '<!DOCTYPE x [<!ENTITY e "b">]><x>&e;</x>'.encode("utf-16-le"),
        b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE x [+ADwAIQ-ENTITY e "b">]><x>+ACY-e;</x>',
    ],
)
def test_declarations_and_entities_are_refused_in_any_disguise(xml):
    with pytest.raises(XmlRefused) as refusal:
        parse(xml)
    assert "root:" not in refusal.value.sentence


def test_depth_and_size_have_a_limit():
    deep = b"<a>" * (MAX_DEPTH + 1) + b"</a>" * (MAX_DEPTH + 1)
    allowed = b"<a>" * MAX_DEPTH + b"</a>" * MAX_DEPTH

    assert parse(allowed).tag == "a"
    with pytest.raises(XmlRefused, match="niveles"):
        parse(deep)
    with pytest.raises(XmlRefused, match="máximo"):
        parse(b"<a>" + b" " * 100 + b"</a>", max_bytes=50)


@pytest.mark.parametrize("xml", [b"", b"hola", b"<a>", b"<a></b>", b"<a>&nbsp;</a>", b"\xff\xfe<", b"<a>\x00</a>"])
def test_what_is_not_well_formed_is_refused_without_a_traceback(xml):
    with pytest.raises(XmlRefused):
        parse(xml)


def test_an_instruction_or_a_comment_is_no_part_of_the_document():
    root = parse(b'<?xml version="1.0"?><?php evil ?><!-- x --><a><!-- y --><b/></a>')

    assert [e.tag for e in root] == ["b"]


@pytest.mark.parametrize(
    ("data", "name", "format"),
    [
        (b"Folio;Total\n1;2\n", "x.csv", "csv"),
        (b"Folio\tTotal\n1\t2\n", "x.txt", "csv"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", "x.xls", "xlsx"),
        (b"OFXHEADER:100\nDATA:OFXSGML\n", "x.ofx", "ofx"),
        (b'<?xml version="1.0"?><?OFX OFXHEADER="200"?><OFX/>', "x.xml", "ofx"),
        (b"{1:F01}{4:\n:20:X\n:25:1\n:60F:C260101MXN1,\n", "x.sta", "mt940"),
        (b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"/>', "x.xml", "camt053"),
        (b"%PDF-1.7 ...", "x.pdf", "facturx"),
        ('<?xml version="1.0" encoding="UTF-16"?><Facturae/>'.encode("utf-16"), "x.xml", "facturae"),
    ],
)
def test_a_file_is_known_by_its_content(data, name, format):
    assert detect(data, name) == format


@pytest.mark.parametrize(
    "data", [b"", b"  \n", b"<html><body/></html>", b"PK\x03\x04abc", b"\x00\x01\x02\x03abcdefghijk" * 9]
)
def test_an_unknown_file_is_unusable_and_says_what_to_do(data):
    with pytest.raises(UnusableInput, match="cosa.bin"):
        detect(data, "cosa.bin")
