"""What an API key may be allowed to do."""

from __future__ import annotations

#: scope -> what it lets, as people read it.
SCOPES = {
    "read": "Ver cuentas, documentos, planes y saldos",
    "write": "Cargar clientes, facturas y pagos",
    "contact": "Registrar contactos, consentimientos y bajas",
    "run": "Decidir el día y aprobar envíos",
}
