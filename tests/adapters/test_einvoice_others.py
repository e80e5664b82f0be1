"""Chile's DTE, Brazil's NF-e, Ecuador's SRI, Spain's Facturae and the European CII, alone or inside a PDF."""

import zlib
from datetime import date

import pytest

from puntual.adapters import einvoices
from puntual.adapters.detect import detect
from puntual.ports.einvoice import ContactRecord


def read(xml, format):
    assert detect(xml, "f.xml") == format
    return einvoices.read(xml, "f.xml", format)


def read_one(xml, format):
    batch = read(xml, format)
    assert batch.errors == ()
    (record,) = batch.records
    return record


def dte(
    folio="100", type_code="33", id_doc="<FmaPago>2</FmaPago><FchVenc>2026-10-31</FchVenc>", total="119000", extra=""
):
    return (
        f'<DTE version="1.0"><Documento ID="F{folio}T{type_code}"><Encabezado><IdDoc><TipoDTE>{type_code}</TipoDTE>'
        f"<Folio>{folio}</Folio><FchEmis>2026-10-01</FchEmis>{id_doc}</IdDoc>"
        "<Emisor><RUTEmisor>76354771-K</RUTEmisor><RznSoc>Compañía Ñuñoa SpA</RznSoc></Emisor>"
        "<Receptor><RUTRecep>96790240-3</RUTRecep><RznSocRecep>Minera</RznSocRecep>"
        "<CorreoRecep>pagos@minera.example</CorreoRecep></Receptor>"
        f"<Totales><MntTotal>{total}</MntTotal></Totales></Encabezado>"
        f"<Detalle><NmbItem>Asesoría</NmbItem></Detalle>{extra}</Documento></DTE>"
    )


def chilean(body):
    head = '<?xml version="1.0" encoding="ISO-8859-1"?>'
    return (head + body.replace("<DTE ", '<DTE xmlns="http://www.sii.cl/SiiDte" ', 1)).encode("latin-1")


def test_a_chilean_invoice_in_latin_1_pesos_without_cents():
    invoice = read_one(chilean(dte()), "dte")

    assert invoice.fiscal_id == "76354771-K-33-100"
    assert (invoice.issuer_name, invoice.currency, invoice.total_minor) == ("Compañía Ñuñoa SpA", "CLP", 119000)
    assert invoice.due_dates == ((date(2026, 10, 31), 119000),)
    assert invoice.contacts == (ContactRecord("email", "pagos@minera.example", tax_id="96790240-3"),)


def test_chilean_instalments_are_due_items():
    parts = "".join(
        f"<MntPagos><FchPago>{d}</FchPago><MntPago>{m}</MntPago></MntPagos>"
        for d, m in (("2026-12-01", 59500), ("2026-11-01", 59500))
    )
    invoice = read_one(chilean(dte(id_doc=f"<FmaPago>2</FmaPago>{parts}")), "dte")

    assert invoice.due_dates == ((date(2026, 11, 1), 59500), (date(2026, 12, 1), 59500))


def test_an_envelope_keeps_its_good_documents_and_sets_the_others_apart():
    note = "<Referencia><TpoDocRef>33</TpoDocRef><FolioRef>100</FolioRef><CodRef>3</CodRef></Referencia>"
    xml = (
        '<?xml version="1.0" encoding="ISO-8859-1"?><EnvioDTE xmlns="http://www.sii.cl/SiiDte"><SetDTE>'
        + dte()
        + dte(folio="7", type_code="61", extra=note, total="19000")
        + dte(folio="8", type_code="52")
        + dte(folio="9", total="x")
        + "</SetDTE></EnvioDTE>"
    ).encode("latin-1")

    batch = read(xml, "dte")

    assert [(r.kind, r.fiscal_id) for r in batch.records] == [
        ("invoice", "76354771-K-33-100"),
        ("credit_note", "76354771-K-61-7"),
    ]
    assert batch.records[1].related == (("3", "76354771-K-33-100"),)
    assert [e.field for e in batch.errors] == ["", "MntTotal"]
    assert batch.read == 4


KEY = "35260900000000000191550010000001231000001234"


def nfe(body="", final="1", status="100"):
    return (
        '<nfeProc xmlns="http://www.portalfiscal.inf.br/nfe" versao="4.00"><NFe>'
        f'<infNFe Id="NFe{KEY}" versao="4.00"><ide><serie>1</serie><nNF>123</nNF>'
        f"<dhEmi>2026-09-10T23:30:00-03:00</dhEmi><finNFe>{final}</finNFe></ide>"
        "<emit><CNPJ>00000000000191</CNPJ><xNome>Vendedora Ltda</xNome></emit>"
        "<dest><CPF>12345678909</CPF><xNome>João</xNome><email>joao@exemplo.com.br</email></dest>"
        "<total><ICMSTot><vNF>300.00</vNF></ICMSTot></total>"
        f"{body}</infNFe></NFe><protNFe><infProt><cStat>{status}</cStat></infProt></protNFe></nfeProc>"
    ).encode()


def test_a_brazilian_invoice_with_its_duplicatas():
    dup = "".join(
        f"<dup><nDup>00{i}</nDup><dVenc>{d}</dVenc><vDup>{v}</vDup></dup>"
        for i, d, v in ((1, "2026-10-10", "100.00"), (2, "2026-11-10", "200.00"))
    )
    invoice = read_one(nfe(f"<cobr><fat><vLiq>300.00</vLiq></fat>{dup}</cobr>"), "nfe")

    assert (invoice.fiscal_id, invoice.currency, invoice.total_minor) == (KEY, "BRL", 30000)
    assert invoice.issued_on == date(2026, 9, 10)
    assert invoice.due_dates == ((date(2026, 10, 10), 10000), (date(2026, 11, 10), 20000))
    assert (invoice.receiver_tax_id, invoice.contacts[0].value) == ("12345678909", "joao@exemplo.com.br")


def test_a_part_paid_at_the_counter_is_not_collected_again():
    invoice = read_one(nfe("<cobr><dup><dVenc>2026-10-10</dVenc><vDup>250.00</vDup></dup></cobr>"), "nfe")

    assert (invoice.total_minor, invoice.paid_minor, invoice.collectable_minor) == (30000, 5000, 25000)


@pytest.mark.parametrize(
    ("xml", "says"),
    [
        (nfe(status="101"), "no está autorizada"),
        (nfe("<pag><detPag><tPag>90</tPag><vPag>0.00</vPag></detPag></pag>"), "sin pago"),
        (nfe("<cobr><dup><dVenc>2026-10-10</dVenc><vDup>300.01</vDup></dup></cobr>"), "suman más"),
        (nfe().replace(KEY.encode(), b"123"), "44 caracteres"),
    ],
)
def test_what_is_no_receivable_in_brazil_is_set_apart(xml, says):
    batch = read(xml, "nfe")

    assert batch.records == ()
    assert says in batch.errors[0].error


def access_key(body="210920260117921467390011001001000000123123456781"):
    total = sum(int(d) * (2 + i % 6) for i, d in enumerate(reversed(body)))
    return body + str({11: 0, 10: 1}.get(11 - total % 11, 11 - total % 11))


def sri(key=None, payment="<plazo>30</plazo><unidadTiempo>dias</unidadTiempo>"):
    return (
        '<factura id="comprobante" version="1.1.0"><infoTributaria><razonSocial>Andina SA</razonSocial>'
        f"<ruc>1792146739001</ruc><claveAcceso>{key or access_key()}</claveAcceso><estab>001</estab>"
        "<ptoEmi>001</ptoEmi><secuencial>000000123</secuencial></infoTributaria><infoFactura>"
        "<fechaEmision>21/09/2026</fechaEmision><razonSocialComprador>Rosa Vélez</razonSocialComprador>"
        "<tipoIdentificacionComprador>05</tipoIdentificacionComprador>"
        "<identificacionComprador>1710034065</identificacionComprador><importeTotal>112.00</importeTotal>"
        f"<moneda>DOLAR</moneda><pagos><pago><formaPago>20</formaPago><total>112.00</total>{payment}</pago></pagos>"
        '</infoFactura><infoAdicional><campoAdicional nombre="Email">rosa@correo.example</campoAdicional>'
        "</infoAdicional></factura>"
    )


def test_an_ecuadorian_invoice_is_due_after_its_term():
    invoice = read_one(sri().encode(), "sri")

    assert (invoice.fiscal_id, invoice.number) == (access_key(), "001-001-000000123")
    assert (invoice.currency, invoice.total_minor, invoice.issued_on) == ("USD", 11200, date(2026, 9, 21))
    assert invoice.due_dates == ((date(2026, 10, 21), 11200),)
    assert invoice.contacts[0].value == "rosa@correo.example"


def test_the_invoice_inside_the_authorisation_is_the_same():
    xml = (
        "<autorizacion><estado>AUTORIZADO</estado><comprobante><![CDATA["
        f'<?xml version="1.0" encoding="UTF-8"?>{sri()}]]></comprobante></autorizacion>'
    )

    assert read_one(xml.encode(), "sri") == read_one(sri().encode(), "sri")


def test_an_access_key_with_a_wrong_digit_or_no_authorisation_is_set_apart():
    wrong = access_key()[:-1] + str((int(access_key()[-1]) + 1) % 10)
    refused = f"<autorizacion><estado>NO AUTORIZADO</estado><comprobante>{sri()}</comprobante></autorizacion>"

    assert "dígito verificador" in read(sri(wrong).encode(), "sri").errors[0].error
    assert "no autorizó" in read(refused.encode(), "sri").errors[0].error


def facturae(invoice_class="OO", total="121.00", corrective="", installments=True):
    parts = (
        "<PaymentDetails><Installment><InstallmentDueDate>2026-11-30</InstallmentDueDate>"
        f"<InstallmentAmount>{total}</InstallmentAmount></Installment></PaymentDetails>"
    )
    return (
        '<fe:Facturae xmlns:fe="http://www.facturae.gob.es/formato/Versiones/Facturaev3_2_2.xml"><Parties>'
        "<SellerParty><TaxIdentification><TaxIdentificationNumber>B12345674</TaxIdentificationNumber></TaxIdentification>"
        "<LegalEntity><CorporateName>Taller SL</CorporateName></LegalEntity></SellerParty>"
        "<BuyerParty><TaxIdentification><TaxIdentificationNumber>12345678Z</TaxIdentificationNumber></TaxIdentification>"
        "<Individual><Name>Eva</Name><FirstSurname>Ruiz</FirstSurname><AddressInSpain><CountryCode>ESP</CountryCode>"
        "</AddressInSpain></Individual></BuyerParty></Parties><Invoices><Invoice><InvoiceHeader>"
        "<InvoiceNumber>12</InvoiceNumber><InvoiceSeriesCode>F26</InvoiceSeriesCode>"
        f"<InvoiceClass>{invoice_class}</InvoiceClass>{corrective}</InvoiceHeader><InvoiceIssueData>"
        "<IssueDate>2026-10-30</IssueDate><InvoiceCurrencyCode>EUR</InvoiceCurrencyCode></InvoiceIssueData>"
        f"<InvoiceTotals><InvoiceTotal>{total}</InvoiceTotal></InvoiceTotals>{parts if installments else ''}"
        "</Invoice></Invoices></fe:Facturae>"
    ).encode()


def test_a_spanish_invoice_and_its_instalment():
    invoice = read_one(facturae(), "facturae")

    assert (invoice.fiscal_id, invoice.receiver_name) == ("B12345674-F26-12", "Eva Ruiz")
    assert (invoice.total_minor, invoice.due_dates) == (12100, ((date(2026, 11, 30), 12100),))


def test_a_corrective_invoice_lowers_the_one_it_names_but_a_substitution_is_asked():
    reference = "<Corrective><InvoiceNumber>12</InvoiceNumber><InvoiceSeriesCode>F26</InvoiceSeriesCode>"
    lower = facturae("OR", "-21.00", f"{reference}<CorrectionMethod>02</CorrectionMethod></Corrective>", False)
    replace = facturae("OR", "100.00", f"{reference}<CorrectionMethod>01</CorrectionMethod></Corrective>", False)

    note = read_one(lower, "facturae")

    assert (note.kind, note.total_minor, note.related) == ("credit_note", 2100, (("", "B12345674-F26-12"),))
    assert "sustitución" in read(replace, "facturae").errors[0].error


CII = (
    b'<rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100" '
    b'xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100" '
    b'xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100">'
    b"<rsm:ExchangedDocument><ram:ID>FA-1</ram:ID><ram:TypeCode>380</ram:TypeCode><ram:IssueDateTime>"
    b'<udt:DateTimeString format="102">20260915</udt:DateTimeString></ram:IssueDateTime></rsm:ExchangedDocument>'
    b"<rsm:SupplyChainTradeTransaction><ram:ApplicableHeaderTradeAgreement><ram:SellerTradeParty><ram:Name>Vend</ram:Name>"
    b"<ram:PostalTradeAddress><ram:CountryID>FR</ram:CountryID></ram:PostalTradeAddress>"
    b'<ram:SpecifiedTaxRegistration><ram:ID schemeID="VA">FR40303265045</ram:ID></ram:SpecifiedTaxRegistration>'
    b"</ram:SellerTradeParty><ram:BuyerTradeParty><ram:Name>Comp</ram:Name></ram:BuyerTradeParty>"
    b"</ram:ApplicableHeaderTradeAgreement><ram:ApplicableHeaderTradeSettlement>"
    b"<ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode><ram:SpecifiedTradePaymentTerms><ram:DueDateDateTime>"
    b'<udt:DateTimeString format="102">20261015</udt:DateTimeString></ram:DueDateDateTime>'
    b"</ram:SpecifiedTradePaymentTerms><ram:SpecifiedTradeSettlementHeaderMonetarySummation>"
    b"<ram:GrandTotalAmount>1200.00</ram:GrandTotalAmount><ram:TotalPrepaidAmount>200.00</ram:TotalPrepaidAmount>"
    b"<ram:DuePayableAmount>1000.00</ram:DuePayableAmount></ram:SpecifiedTradeSettlementHeaderMonetarySummation>"
    b"</ram:ApplicableHeaderTradeSettlement></rsm:SupplyChainTradeTransaction></rsm:CrossIndustryInvoice>"
)


def test_a_european_cii_invoice():
    invoice = read_one(CII, "facturx")

    assert (invoice.fiscal_id, invoice.issued_on) == ("FR40303265045-FA-1", date(2026, 9, 15))
    assert (invoice.total_minor, invoice.collectable_minor) == (120000, 100000)
    assert invoice.due_dates == ((date(2026, 10, 15), 100000),)


def pdf_with(payload, compress=True):
    data = zlib.compress(payload) if compress else payload
    kind = b"/Filter /FlateDecode " if compress else b""
    page = zlib.compress(b"BT (hola) Tj ET")
    return (
        b"%PDF-1.7\n4 0 obj\n<< /Filter /FlateDecode /Length " + str(len(page)).encode() + b" >>\nstream\n" + page
        + b"\nendstream\nendobj\n5 0 obj\n<< /Type /EmbeddedFile /Params << /Size 1 >> " + kind + b"/Length "
        + str(len(data)).encode() + b" >>\nstream\n" + data + b"\nendstream\nendobj\n%%EOF\n"
    )  # fmt: skip


def test_the_invoice_inside_a_pdf_is_found_compressed_or_not():
    assert read_one(pdf_with(CII), "facturx") == read_one(CII, "facturx")
    assert read_one(pdf_with(CII, compress=False), "facturx") == read_one(CII, "facturx")


def test_a_pdf_without_an_invoice_says_what_to_do():
    batch = read(pdf_with(b"<otra/>"), "facturx")

    assert batch.records == ()
    assert "cargue el XML" in batch.errors[0].error
