"""UBL 2.1 as Peru, Colombia and Europe write it."""

from datetime import date

from puntual.adapters import einvoices
from puntual.adapters.detect import detect
from puntual.ports.einvoice import ContactRecord

NS = (
    'xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2" '
    'xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2" '
    'xmlns:ext="urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2" '
    'xmlns:sts="dian:gov:co:facturaelectronica:Structures-2-1"'
)


def ubl(root, body):
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><{root} '
        f'xmlns="urn:oasis:names:specification:ubl:schema:xsd:{root}-2" {NS}>{body}</{root}>'
    ).encode()


def read_one(xml):
    assert detect(xml, "f.xml") == "ubl"
    batch = einvoices.read(xml, "f.xml", "ubl")
    assert batch.errors == ()
    (record,) = batch.records
    return record


def peruvian_party(role, ruc, name, mail=""):
    contact = f"<cac:Contact><cbc:ElectronicMail>{mail}</cbc:ElectronicMail></cac:Contact>" if mail else ""
    return (
        f'<cac:{role}><cac:Party><cac:PartyIdentification><cbc:ID schemeID="6">{ruc}</cbc:ID></cac:PartyIdentification>'
        f"<cac:PartyLegalEntity><cbc:RegistrationName>{name}</cbc:RegistrationName></cac:PartyLegalEntity>{contact}"
        f"</cac:Party></cac:{role}>"
    )


def term(id, means, amount="", currency="PEN", due="", percent=""):
    return (
        f"<cac:PaymentTerms><cbc:ID>{id}</cbc:ID><cbc:PaymentMeansID>{means}</cbc:PaymentMeansID>"
        + (f"<cbc:PaymentPercent>{percent}</cbc:PaymentPercent>" if percent else "")
        + (f'<cbc:Amount currencyID="{currency}">{amount}</cbc:Amount>' if amount else "")
        + (f"<cbc:PaymentDueDate>{due}</cbc:PaymentDueDate>" if due else "")
        + "</cac:PaymentTerms>"
    )


def peruvian_invoice(terms, total="1000.00", currency="PEN"):
    return ubl(
        "Invoice",
        "<cbc:CustomizationID>2.0</cbc:CustomizationID><cbc:ID>F001-123</cbc:ID><cbc:IssueDate>2026-09-01</cbc:IssueDate>"
        "<cbc:InvoiceTypeCode>01</cbc:InvoiceTypeCode>"
        f"<cbc:DocumentCurrencyCode>{currency}</cbc:DocumentCurrencyCode>"
        + peruvian_party("AccountingSupplierParty", "20100070970", "Proveedor SAC")
        + peruvian_party("AccountingCustomerParty", "20131312955", "Cliente SA", "pagos@cliente.example")
        + terms
        + f"<cac:LegalMonetaryTotal><cbc:PayableAmount>{total}</cbc:PayableAmount></cac:LegalMonetaryTotal>"
        "<cac:InvoiceLine><cac:Item><cbc:Description>Flete</cbc:Description></cac:Item></cac:InvoiceLine>",
    )


def test_a_peruvian_invoice_has_its_instalments_and_leaves_out_the_detraction():
    invoice = read_one(
        peruvian_invoice(
            term("Detraccion", "001", "120.00", percent="12")
            + term("FormaPago", "Credito", "880.00")
            + term("FormaPago", "Cuota001", "440.00", due="2026-10-01")
            + term("FormaPago", "Cuota002", "440.00", due="2026-11-01")
        )
    )

    assert invoice.fiscal_id == "20100070970-01-F001-123"
    assert (invoice.series, invoice.number, invoice.country) == ("F001", "123", "PE")
    assert (invoice.total_minor, invoice.not_collectable_minor, invoice.collectable_minor) == (100000, 12000, 88000)
    assert invoice.not_collectable_reason == "detracción"
    assert invoice.due_dates == ((date(2026, 10, 1), 44000), (date(2026, 11, 1), 44000))
    assert invoice.contacts == (ContactRecord("email", "pagos@cliente.example", tax_id="20131312955"),)


def test_a_detraction_in_soles_of_an_invoice_in_dollars_counts_by_its_percentage():
    invoice = read_one(peruvian_invoice(term("Detraccion", "001", "444.00", percent="12"), currency="USD"))

    assert (invoice.currency, invoice.not_collectable_minor) == ("USD", 12000)


def test_cash_is_due_the_day_it_is_issued():
    invoice = read_one(peruvian_invoice(term("FormaPago", "Contado")))

    assert (invoice.payment_method, invoice.due_dates) == ("PUE", ((date(2026, 9, 1), 100000),))


def test_a_peruvian_credit_note_names_its_invoice():
    note = read_one(
        ubl(
            "CreditNote",
            "<cbc:ID>FC01-9</cbc:ID><cbc:IssueDate>2026-09-09</cbc:IssueDate>"
            "<cbc:DocumentCurrencyCode>PEN</cbc:DocumentCurrencyCode>"
            "<cac:DiscrepancyResponse><cbc:ResponseCode>07</cbc:ResponseCode></cac:DiscrepancyResponse>"
            "<cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID>F001-123</cbc:ID>"
            "<cbc:DocumentTypeCode>01</cbc:DocumentTypeCode></cac:InvoiceDocumentReference></cac:BillingReference>"
            + peruvian_party("AccountingSupplierParty", "20100070970", "Proveedor SAC")
            + peruvian_party("AccountingCustomerParty", "20131312955", "Cliente SA")
            + "<cac:LegalMonetaryTotal><cbc:PayableAmount>50.00</cbc:PayableAmount></cac:LegalMonetaryTotal>",
        )
    )

    assert (note.kind, note.fiscal_id, note.total_minor) == ("credit_note", "20100070970-07-FC01-9", 5000)
    assert note.related == (("07", "20100070970-01-F001-123"),)


CUFE = "941cf36af62dbbc06f105d2a80e9bfe683a90e84960eae4d351cc3afbe8f848c26c39bac4fbc80fa254824c6369ea694"


def colombian_party(role, nit, digit, name):
    return (
        f"<cac:{role}><cac:Party><cac:PartyTaxScheme><cbc:RegistrationName>{name}</cbc:RegistrationName>"
        f'<cbc:CompanyID schemeID="{digit}" schemeName="31">{nit}</cbc:CompanyID></cac:PartyTaxScheme>'
        "<cac:Contact><cbc:Telephone>3001234567</cbc:Telephone></cac:Contact></cac:Party>"
        f"</cac:{role}>"
    )


COLOMBIAN = ubl(
    "Invoice",
    "<ext:UBLExtensions><ext:UBLExtension><ext:ExtensionContent><sts:DianExtensions><sts:InvoiceControl>"
    "<sts:AuthorizedInvoices><sts:Prefix>SETP</sts:Prefix></sts:AuthorizedInvoices></sts:InvoiceControl>"
    "</sts:DianExtensions></ext:ExtensionContent></ext:UBLExtension></ext:UBLExtensions>"
    "<cbc:ProfileID>DIAN 2.1: Factura Electrónica de Venta</cbc:ProfileID><cbc:ID>SETP990000002</cbc:ID>"
    f'<cbc:UUID schemeName="CUFE-SHA384">{CUFE}</cbc:UUID><cbc:IssueDate>2026-06-20</cbc:IssueDate>'
    "<cbc:DocumentCurrencyCode>COP</cbc:DocumentCurrencyCode>"
    + colombian_party("AccountingSupplierParty", "800197268", "4", "Vendedora SAS")
    + colombian_party("AccountingCustomerParty", "900108281", "1", "Compradora SAS")
    + "<cac:PaymentMeans><cbc:ID>2</cbc:ID><cbc:PaymentDueDate>2026-07-20</cbc:PaymentDueDate></cac:PaymentMeans>"
    "<cac:LegalMonetaryTotal><cbc:PayableAmount currencyID='COP'>14024.07</cbc:PayableAmount></cac:LegalMonetaryTotal>",
)


def test_a_colombian_invoice_is_known_by_its_cufe():
    invoice = read_one(COLOMBIAN)

    assert (invoice.fiscal_id, invoice.series, invoice.number) == (CUFE, "SETP", "990000002")
    assert (invoice.issuer_tax_id, invoice.receiver_tax_id) == ("800197268-4", "900108281-1")
    assert (invoice.currency, invoice.total_minor) == ("COP", 1402407)
    assert invoice.due_dates == ((date(2026, 7, 20), 1402407),)
    assert invoice.contacts == (ContactRecord("call", "+573001234567", tax_id="900108281-1"),)


def test_the_invoice_inside_dians_envelope_is_the_same_invoice():
    inner = COLOMBIAN.decode()
    xml = ubl(
        "AttachedDocument",
        "<cbc:ID>1</cbc:ID><cac:Attachment><cac:ExternalReference><cbc:MimeCode>text/xml</cbc:MimeCode>"
        f"<cbc:Description><![CDATA[{inner}]]></cbc:Description></cac:ExternalReference></cac:Attachment>",
    )

    assert read_one(xml) == read_one(COLOMBIAN)


def test_a_bomb_inside_the_envelope_is_refused_too():
    bomb = '<!DOCTYPE x [<!ENTITY a "b">]><Invoice>&amp;a;</Invoice>'
    xml = ubl(
        "AttachedDocument",
        "<cac:Attachment><cac:ExternalReference>"
        f"<cbc:Description><![CDATA[{bomb}]]></cbc:Description></cac:ExternalReference></cac:Attachment>",
    )

    batch = einvoices.read(xml, "f.xml", "ubl")

    assert batch.records == ()
    assert "DOCTYPE" in batch.errors[0].error


def test_a_european_invoice_in_ubl():
    def party(role, vat, name, country):
        return (
            f"<cac:{role}><cac:Party><cac:PostalAddress><cac:Country><cbc:IdentificationCode>{country}"
            "</cbc:IdentificationCode></cac:Country></cac:PostalAddress><cac:PartyTaxScheme>"
            f"<cbc:CompanyID>{vat}</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>"
            f"<cac:PartyLegalEntity><cbc:RegistrationName>{name}</cbc:RegistrationName></cac:PartyLegalEntity>"
            f"</cac:Party></cac:{role}>"
        )

    invoice = read_one(
        ubl(
            "Invoice",
            "<cbc:CustomizationID>urn:cen.eu:en16931:2017</cbc:CustomizationID><cbc:ID>2026-7</cbc:ID>"
            "<cbc:IssueDate>2026-05-01</cbc:IssueDate><cbc:DueDate>2026-05-31</cbc:DueDate>"
            "<cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>"
            + party("AccountingSupplierParty", "ESB12345674", "Vendedora SL", "ES")
            + party("AccountingCustomerParty", "FR40303265045", "Acheteur SA", "FR")
            + "<cac:PaymentTerms><cbc:Note>Neto 30 días</cbc:Note></cac:PaymentTerms>"
            "<cac:LegalMonetaryTotal><cbc:TaxInclusiveAmount>121.00</cbc:TaxInclusiveAmount>"
            "<cbc:PrepaidAmount>21.00</cbc:PrepaidAmount><cbc:PayableAmount>100.00</cbc:PayableAmount>"
            "</cac:LegalMonetaryTotal>",
        )
    )

    assert invoice.fiscal_id == "ESB12345674-2026-7"
    assert (invoice.total_minor, invoice.paid_minor, invoice.collectable_minor) == (12100, 2100, 10000)
    assert invoice.due_dates == ((date(2026, 5, 31), 10000),)
    assert (invoice.receiver_country, invoice.credit_days) == ("FR", 30)
