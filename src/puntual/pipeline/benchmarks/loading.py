"""What loading invoices takes: stamped CFDI, then a spreadsheet, each twice; every check on, durable writes."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date

from puntual.apps.imports import write
from puntual.apps.parties import write as parties
from puntual.apps.parties.models import Creditor
from puntual.pipeline.benchmarks.measure import Measured, part
from puntual.ports.einvoice import FileReader

_ISSUER = "EKU9003173C9"
#: The shape of a stamped CFDI 4.0; seal and certificate as long as real ones.
_CFDI = (
    '<?xml version="1.0" encoding="UTF-8"?><cfdi:Comprobante xmlns:cfdi="http://www.sat.gob.mx/cfd/4" Version="4.0" '
    'Serie="A" Folio="{n}" Fecha="2026-10-{day:02d}T10:00:00" Sello="{seal}" FormaPago="99" Certificado="{cert}" '
    'NoCertificado="30001000000500003416" SubTotal="{net}.00" Moneda="MXN" Total="{net}.00" TipoDeComprobante="I" '
    'Exportacion="01" MetodoPago="PPD" LugarExpedicion="06000">'
    '<cfdi:Emisor Rfc="{issuer}" Nombre="EMPRESA DE PRUEBA" RegimenFiscal="601"/>'
    '<cfdi:Receptor Rfc="{rfc}" Nombre="CLIENTE {who} DEL BAJIO" DomicilioFiscalReceptor="65000" '
    'RegimenFiscalReceptor="601" UsoCFDI="G03"/><cfdi:Conceptos><cfdi:Concepto ClaveProdServ="81112300" Cantidad="1" '
    'ClaveUnidad="E48" Descripcion="Servicio de mantenimiento" ValorUnitario="{net}.00" Importe="{net}.00" '
    'ObjetoImp="01"/></cfdi:Conceptos><cfdi:Complemento><tfd:TimbreFiscalDigital '
    'xmlns:tfd="http://www.sat.gob.mx/TimbreFiscalDigital" Version="1.1" UUID="{uuid}" '
    'FechaTimbrado="2026-10-01T10:00:00" RfcProvCertif="SPR190613I52" SelloCFD="{seal}" '
    'NoCertificadoSAT="30001000000500003456" SelloSAT="{seal}"/></cfdi:Complemento></cfdi:Comprobante>'
)


def loading(reader: FileReader, invoices: int) -> dict[str, object]:
    """Load that many CFDI of a fifth as many customers, again the same, and as many rows of a spreadsheet."""
    creditor = parties.create_creditor(
        code="banco-cargas", name="Cargas", country="MX", zone="America/Mexico_City", currency="MXN", tax_id=_ISSUER
    )
    parts: list[Measured] = []
    files = list(cfdi(invoices))
    table = [write.Source("cartera.csv", spreadsheet(invoices))]
    created = _load("cfdi", creditor, reader, files, parts)
    _load("cfdi again", creditor, reader, files, parts)
    created += _load("csv", creditor, reader, table, parts)
    _load("csv again", creditor, reader, table, parts)
    first = [p for p in parts if "again" not in p.name]
    cpu = sum(p.cpu_s for p in first)
    return {
        "rows": created,
        "rows_per_s": round(created / max(cpu, 1e-9)),
        "parts": [{"name": p.name, "cpu_s": p.cpu_s, "seconds": p.seconds} for p in parts],
        "cpu_s": round(cpu, 3),
        "server_cpu_s": round(sum(p.server_cpu_s or 0 for p in first), 2),
        "peak_mib": parts[-1].peak_mib,
    }


def _load(name: str, creditor: Creditor, reader: FileReader, files: list[write.Source], parts: list[Measured]) -> int:
    with part(name, parts):
        tally = write.import_files(creditor=creditor, sources=files, reader=reader, as_of=date(2026, 11, 21)).tally
    return tally.created


def cfdi(count: int) -> Iterator[write.Source]:
    """Stamped invoices, about 3 kB each, five to a customer."""
    seal, cert = "A" * 344, "B" * 1200
    for n in range(count):
        who = n // 5
        xml = _CFDI.format(
            n=n, day=1 + n % 28, net=100 + n % 9000, seal=seal, cert=cert, issuer=_ISSUER, who=who,
            rfc=f"BAN{who % 1_000_000:06d}A{who // 1_000_000 % 10}B", uuid=uuid.uuid5(uuid.NAMESPACE_OID, str(n)),
        )  # fmt: skip
        yield write.Source(f"{n}.xml", xml.encode())


def spreadsheet(count: int) -> bytes:
    """Rows in Latin-1 with decimal commas, Latin American dates and an e-mail for each customer."""
    head = "Folio;Código cliente;Cliente;Fecha;Vencimiento;Total;Correo"
    rows = (
        f"B{n};C{n // 5};Compañía {n // 5};{1 + n % 28:02d}/10/2026;{1 + n % 28:02d}/11/2026;"
        f"{1 + n % 9}.{n % 1000:03d},{n % 100:02d};c{n // 5}@cliente.example"
        for n in range(count)
    )
    return "\n".join([head, *rows]).encode("cp1252")
