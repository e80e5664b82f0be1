"""Who may do what: the acts, the roles that hold them, and what an API key may ask for. Pure tables, read top down.

An act is `noun.verb`. Acts that only look (`SAFE_VERBS`) never open a door that changes something.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import attrs

#: Addresses that ask for no person: anybody; the address proves who asks (its token, its signature, its key);
#: anybody who has entered.
PUBLIC, PROVEN, SIGNED_IN = "public", "proven", "signed_in"
#: What judges a password.
PASSWORD_BACKEND = "django.contrib.auth.backends.ModelBackend"
#: Verbs that change nothing.
SAFE_VERBS = ("see", "export")

#: act -> what it lets, as it is said to whom lacks it.
ACTS = {
    "today.see": "Ver la página de hoy",
    "accounts.see": "Ver clientes, documentos y saldos",
    "own.see": "Ver a los clientes de sus aclaraciones y de sus ventas",
    "accounts.export": "Descargar la cartera",
    "accounts.change": "Cambiar clientes: segmento, política, encargado",
    "workbench.use": "Gestionar la cola de clientes",
    "visits.see": "Ver rutas de visitas y sus pruebas",
    "visits.work": "Salir a visitar y anotar lo que se encontró",
    "visits.plan": "Preparar las rutas de otros",
    "conversations.see": "Leer conversaciones",
    "conversations.answer": "Contestar conversaciones",
    "notices.see": "Ver lo que avisan los clientes",
    "notices.work": "Resolver lo que avisan los clientes",
    "deals.see": "Ver promesas y convenios",
    "deals.propose": "Anotar promesas y proponer convenios",
    "deals.approve": "Aprobar convenios y quitas que pidió otra persona",
    "disputes.see": "Ver aclaraciones y quejas",
    "disputes.work": "Resolver aclaraciones y quejas",
    "sends.see": "Ver los envíos programados",
    "sends.open": "Abrir mensajes preparados para enviarlos uno mismo",
    "sends.change": "Detener y preparar envíos y campañas",
    "sends.approve": "Aprobar envíos",
    "approvals.see": "Ver lo que pidió a otra persona y lo que espera su aprobación",
    "approvals.decide": "Responder a lo que espera su aprobación y retirar lo que pidió",
    "charges.propose": "Pedir condonaciones y castigos",
    "charges.approve": "Aprobar condonaciones y castigos que pidió otra persona",
    "legal.see": "Ver la etapa judicial",
    "legal.propose": "Pedir pasos judiciales",
    "legal.approve": "Aprobar pasos judiciales que pidió otra persona",
    "payments.see": "Ver los pagos y el banco",
    "payments.register": "Registrar pagos a mano",
    "payments.match": "Conciliar pagos",
    "refunds.propose": "Pedir que se devuelva un pago",
    "refunds.approve": "Aprobar devoluciones que pidió otra persona",
    "gateways.change": "Cambiar los medios de cobro",
    "imports.see": "Ver lo cargado",
    "imports.load": "Cargar datos",
    "segments.see": "Ver segmentos y calificaciones",
    "segments.change": "Cambiar segmentos y calificaciones",
    "policies.see": "Ver las políticas",
    "policies.change": "Preparar cambios de una política",
    "policies.activate": "Poner en vigor una política",
    "norms.see": "Ver las normas de contacto y sus autorizaciones",
    "norms.change": "Cambiar los valores prudentes de las normas",
    "situations.note": "Anotar situaciones de una persona que cambian su trato",
    "consents.declare": "Declarar autorizaciones que ya se tienen",
    "clients.see": "Ver lo que asignó un mandante, sus archivos y comisiones",
    "clients.load": "Cargar archivos de un mandante y hacer los de devolución",
    "clients.change": "Declarar formatos y comisiones de un mandante",
    "reports.see": "Ver reportes",
    "reports.export": "Descargar reportes",
    "reports.change": "Cambiar metas y reportes programados",
    "supervision.see": "Ver la supervisión",
    "supervision.act": "Asignar, reasignar y revisar el trabajo de otros",
    "evidence.export": "Descargar las pruebas de una persona",
    "log.see": "Leer la bitácora",
    "settings.see": "Ver la configuración",
    "settings.change": "Cambiar la configuración de una empresa",
    "people.see": "Ver a las personas y sus permisos",
    "people.change": "Dar y quitar permisos",
    "keys.change": "Crear y revocar llaves de otros programas",
    "backup.take": "Hacer y descargar respaldos",
    "company.create": "Dar de alta una empresa",
    "guide.see": "Ver la guía de estilo",
}

#: What touches every creditor at once: it takes a role over all of them.
WHOLE_HOUSE = frozenset({"backup.take", "company.create", "norms.change", "guide.see"})

_LOOK = frozenset({
    "today.see", "accounts.see", "notices.see", "deals.see", "disputes.see", "sends.see", "payments.see",
    "segments.see", "policies.see", "norms.see", "reports.see",
})  # fmt: skip
_COLLECT = frozenset({
    "today.see", "accounts.see", "workbench.use", "visits.see", "visits.work", "conversations.see",
    "conversations.answer", "notices.see",
    "notices.work", "deals.see", "deals.propose", "disputes.see", "disputes.work", "sends.see", "sends.open",
    "charges.propose", "approvals.see", "approvals.decide", "norms.see", "situations.note", "segments.see",
    "policies.see",
})  # fmt: skip
_SUPERVISE = _COLLECT | _LOOK | {
    "accounts.export", "accounts.change", "sends.change", "sends.approve", "deals.approve",
    "charges.approve", "refunds.propose", "refunds.approve", "legal.see", "legal.propose", "payments.register",
    "payments.match", "imports.see", "imports.load", "segments.change", "policies.change", "consents.declare",
    "reports.export", "supervision.see", "supervision.act", "visits.plan", "evidence.export", "settings.see",
    "clients.see", "clients.load",
}  # fmt: skip
_MANAGE = _SUPERVISE | {
    "policies.activate", "legal.approve", "reports.change", "clients.change", "settings.change", "gateways.change",
    "norms.change", "people.see", "log.see",
}  # fmt: skip


@attrs.frozen
class Role:
    """What people call it, what it is for, and its acts."""

    name: str
    says: str
    acts: frozenset[str]


ROLES = {
    "admin": Role("Administración", "Todo, y además personas, llaves y respaldos.", frozenset(ACTS)),
    "manager": Role("Gerencia", "Decide políticas, aprueba lo que otros piden, configura.", _MANAGE),
    "supervisor": Role("Supervisión", "Dirige el día: aprueba envíos y convenios, concilia, asigna.", _SUPERVISE),
    "agent": Role("Gestión", "Habla con los clientes: promesas, convenios, aclaraciones.", _COLLECT),
    "seller": Role(
        "Ventas o departamento", "Resuelve las aclaraciones de sus áreas y de sus ventas; no ve a los demás clientes.",
        frozenset({"own.see", "disputes.see", "disputes.work"}),
    ),
    "lawyer": Role(
        "Abogacía", "Lleva lo judicial: pide pasos y descarga pruebas.",
        frozenset({
            "today.see", "accounts.see", "deals.see", "disputes.see", "legal.see", "legal.propose",
            "approvals.see", "approvals.decide",
            "evidence.export", "norms.see", "situations.note",
        }),
    ),
    "auditor": Role(
        "Auditoría", "Ve todo y su bitácora; no cambia nada.",
        frozenset(act for act in ACTS if act.endswith((".see", ".export"))) - {"guide.see"},
    ),
    "read_only": Role("Solo lectura", "Ve cartera, envíos y reportes; no cambia ni descarga nada.", _LOOK),
}  # fmt: skip


#: A role that gives this act sees everything there; one that does not, only its own areas' things (Grants.own_areas).
SEES_ALL, OWN = "accounts.see", "own.see"


@attrs.frozen
class Approvable:
    """Something that takes two people: its name, and the acts of who asks and of who says yes."""

    name: str
    ask: str
    approve: str


#: kind -> what takes another person's yes. What each does when approved is bound in the settings (APPROVAL_DOES).
APPROVABLES = {
    "waiver": Approvable("Condonación", "charges.propose", "charges.approve"),
    "write_off": Approvable("Castigo", "charges.propose", "charges.approve"),
    "mass_send": Approvable("Envío masivo", "sends.change", "sends.approve"),
    "legal_step": Approvable("Paso judicial", "legal.propose", "legal.approve"),
    "incentive": Approvable("Incentivo", "deals.propose", "deals.approve"),
}
WAITING, APPROVED, REFUSED, WITHDRAWN, EXPIRED = "waiting", "approved", "refused", "withdrawn", "expired"
APPROVAL_STATES = {
    WAITING: "Por aprobar", APPROVED: "Aprobado", REFUSED: "No aprobado", WITHDRAWN: "Retirado por quien lo pidió",
    EXPIRED: "Venció sin respuesta",
}  # fmt: skip
#: From how many messages at once another person must say yes, and for how many days a request waits, until changed.
MASS_FROM, WAITS_DAYS = 200, 7

#: API keys: scope -> what it lets, as people read it. The scopes are the acts of the role API.
SCOPES = {
    "read": "Ver cuentas, documentos, planes y saldos",
    "write": "Cargar clientes, facturas y pagos",
    "contact": "Registrar contactos, consentimientos y bajas",
    "run": "Decidir el día y aprobar envíos",
    "settings": "Cambiar remitentes y acentos de los canales",
    "approve": "Responder a lo que espera otra persona, en nombre de quien creó la llave",
}


@cache
def acts_of(roles: frozenset[str], *, whole_house: bool) -> frozenset[str]:
    """The acts that some roles give together: over every creditor (`whole_house`) or over one."""
    acts = frozenset().union(*(ROLES[role].acts for role in roles if role in ROLES)) if roles else frozenset()
    return acts if whole_house else acts - WHOLE_HOUSE


def is_safe(act: str) -> bool:
    """Whether the act only looks."""
    return act.rpartition(".")[2] in SAFE_VERBS


def role_choices(roles: Iterable[str] = ROLES) -> list[tuple[str, str]]:
    """(code, name) for a form."""
    return [(role, ROLES[role].name) for role in roles]
