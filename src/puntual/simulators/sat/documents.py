"""CFDI and REP made with satcfdi, sealed with a throw-away CSD and stamped by nobody. Deterministic UUIDs.

Dates are wall-clock times of the place of issue, without offset: that is how a CFDI writes them.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import attrs

from puntual.simulators.sat.seal import csd, stamp

_SPACE = uuid.UUID("6b2c6a3e-1b9f-4b7e-9f0a-6d6d5f0b7a11")


@attrs.frozen
class Parties:
    """Who issues and who receives. The defaults are the SAT's own public test taxpayers."""

    issuer: str = "EKU9003173C9"
    issuer_name: str = "ESCUELA KEMPER URGATE"
    receiver: str = "URE180429TM6"
    receiver_name: str = "UNIVERSIDAD ROBOTICA ESPAÑOLA"


SAMPLE = Parties()


def folio_of(*parts: object) -> uuid.UUID:
    """The same parts always give the same UUID."""
    return uuid.uuid5(_SPACE, "|".join(map(str, parts)))


def invoice(
    *,
    parties: Parties = SAMPLE,
    series: str = "A",
    number: str = "1",
    at: str = "2026-10-01T10:00:00",
    subtotal: str = "1000.00",
    currency: str = "MXN",
    terms: str | None = None,
    method: str = "PPD",
    description: str = "Servicio de mantenimiento",
) -> bytes:
    """A stamped CFDI 4.0 of income with 16 % VAT: its total is the subtotal and the tax."""
    return _stamped(
        "I",
        parties,
        datetime.fromisoformat(at),
        description,
        subtotal,
        serie=series,
        folio=number,
        moneda=currency,
        tipo_cambio=Decimal("18.5") if currency != "MXN" else None,
        condiciones_de_pago=terms,
        metodo_pago=method,
        forma_pago="99" if method == "PPD" else "03",
    )


def credit_note(
    *,
    of: str,
    relation: str = "01",
    parties: Parties = SAMPLE,
    series: str = "NC",
    number: str = "1",
    at: str = "2026-10-05T10:00:00",
    subtotal: str = "100.00",
) -> bytes:
    """A stamped CFDI 4.0 of type E, with 16 % VAT, that names the UUID `of`."""
    from satcfdi.create.cfd import cfdi40

    return _stamped(
        "E",
        parties,
        datetime.fromisoformat(at),
        "Bonificación",
        subtotal,
        serie=series,
        folio=number,
        metodo_pago="PUE",
        forma_pago="03",
        cfdi_relacionados=cfdi40.CfdiRelacionados(relation, [of]),
    )


def payment(
    *,
    pays: Sequence[Mapping[str, Any]],
    parties: Parties = SAMPLE,
    number: str = "1",
    at: str = "2026-10-20T12:00:00",
    currency: str = "MXN",
    amount: str | None = None,
    operation: str = "SPEI-0001",
) -> bytes:
    """A stamped REP 2.0 of one payment. `pays`: uuid, previous, paid (major units); if need be currency, rate."""
    from satcfdi.create.cfd import cfdi40, pago20

    day = datetime.fromisoformat(at)
    total = Decimal(amount) if amount else sum((Decimal(one["paid"]) for one in pays), Decimal(0))
    paid = pago20.Pago(
        fecha_pago=day,
        forma_de_pago_p="03",
        moneda_p=currency,
        tipo_cambio_p=1 if currency == "MXN" else Decimal("18.5"),
        monto=total,
        num_operacion=operation,
        docto_relacionado=[_related(one) for one in pays],
    )
    document = cfdi40.Comprobante.pago(
        emisor=_issuer(parties),
        receptor=_receiver(parties, "CP01"),
        lugar_expedicion="06000",
        complemento_pago=pago20.Pagos(pago=paid),
        serie="P",
        folio=number,
        fecha=day,
    )
    document.sign(csd(parties.issuer))
    return stamp(document.xml_bytes(), folio_of("P", parties.issuer, number), day)


def _related(one: Mapping[str, Any]) -> Any:
    from satcfdi.create.cfd import pago20

    return pago20.DoctoRelacionado(
        id_documento=one["uuid"],
        moneda_dr=one.get("currency", "MXN"),
        num_parcialidad=one.get("instalment", 1),
        imp_saldo_ant=Decimal(one["previous"]),
        imp_pagado=Decimal(one["paid"]),
        objeto_imp_dr="01",
        equivalencia_dr=Decimal(one["rate"]) if "rate" in one else None,
    )


def _stamped(kind: str, parties: Parties, at: datetime, what: str, subtotal: str, **fields: Any) -> bytes:
    from satcfdi.create.cfd import cfdi40

    vat = cfdi40.Traslado(impuesto="002", tipo_factor="Tasa", tasa_o_cuota=Decimal("0.160000"))
    line = cfdi40.Concepto(
        clave_prod_serv="81112300",
        cantidad=1,
        clave_unidad="E48",
        descripcion=what,
        valor_unitario=Decimal(subtotal),
        impuestos=cfdi40.Impuestos(traslados=[vat]),
    )
    document = cfdi40.Comprobante(
        emisor=_issuer(parties),
        receptor=_receiver(parties, "G03"),
        lugar_expedicion="06000",
        tipo_de_comprobante=kind,
        fecha=at,
        conceptos=[line],
        **fields,
    )
    document.sign(csd(parties.issuer))
    return stamp(document.xml_bytes(), folio_of(kind, parties.issuer, fields["serie"], fields["folio"]), at)


def _issuer(parties: Parties) -> Any:
    from satcfdi.create.cfd import cfdi40

    return cfdi40.Emisor(rfc=parties.issuer, nombre=parties.issuer_name, regimen_fiscal="601")


def _receiver(parties: Parties, use: str) -> Any:
    from satcfdi.create.cfd import cfdi40

    return cfdi40.Receptor(
        rfc=parties.receiver,
        nombre=parties.receiver_name,
        uso_cfdi=use,
        domicilio_fiscal_receptor="65000",
        regimen_fiscal_receptor="601",
    )
