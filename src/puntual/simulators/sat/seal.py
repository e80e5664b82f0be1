"""A self-signed certificate that works as a CSD, and a stamp (TimbreFiscalDigital) that nobody's authority backs."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from lxml import etree

_TFD = "http://www.sat.gob.mx/TimbreFiscalDigital"
_CFDI = "http://www.sat.gob.mx/cfd/4"
_X500_UNIQUE_IDENTIFIER = x509.ObjectIdentifier("2.5.4.45")
_PASSWORD = b"solo-pruebas"

Csd = Any


@lru_cache(maxsize=8)
def csd(rfc: str) -> Csd:
    """A satcfdi Signer for that RFC: RSA-2048, x500UniqueIdentifier = RFC, serial of twenty ASCII digits."""
    from satcfdi.models import Signer

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, "EMPRESA DE PRUEBA"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "EMPRESA DE PRUEBA"),
            x509.NameAttribute(_X500_UNIQUE_IDENTIFIER, rfc),
        ]
    )
    start = datetime(2026, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(int.from_bytes(b"30001000000500003416", "big"))
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=1460))
        .sign(key, hashes.SHA256())
    )
    return Signer.load(
        certificate=certificate.public_bytes(serialization.Encoding.DER),
        key=key.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(_PASSWORD),
        ),
        password=_PASSWORD,
    )


def stamp(xml: bytes, folio: uuid.UUID, at: datetime) -> bytes:
    """The sealed document with a fiscal stamp of that UUID, as a PAC would return it."""
    root = etree.fromstring(xml)
    complement = root.find(f"{{{_CFDI}}}Complemento")
    if complement is None:
        complement = etree.SubElement(root, f"{{{_CFDI}}}Complemento")
        addenda = root.find(f"{{{_CFDI}}}Addenda")
        if addenda is not None:
            addenda.addprevious(complement)
    etree.SubElement(
        complement,
        f"{{{_TFD}}}TimbreFiscalDigital",
        nsmap={"tfd": _TFD},
        Version="1.1",
        UUID=str(folio),
        FechaTimbrado=at.strftime("%Y-%m-%dT%H:%M:%S"),
        RfcProvCertif="SPR190613I52",
        SelloCFD=root.get("Sello", ""),
        NoCertificadoSAT="30001000000500003456",
        SelloSAT="U0VMTE8gREUgUFJVRUJB",
    )
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")
