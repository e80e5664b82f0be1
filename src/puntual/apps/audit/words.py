"""What each act of the log is called where people read it. A code without its words is shown as it is."""

from __future__ import annotations

from collections.abc import Mapping

ACTS: Mapping[str, str] = {
    "entered": "Entró", "left": "Salió", "sessions_ended": "Cerró sesiones", "password_chosen": "Eligió su contraseña",
    "password_forgotten": "Dio enlace para otra contraseña", "second_step_asked": "Pidió segundo paso a unos papeles",
    "second_step_forgotten": "Olvidó el segundo paso de alguien", "person_invited": "Invitó a alguien",
    "person_switched_on": "Activó a alguien", "person_switched_off": "Desactivó a alguien",
    "role_given": "Dio un papel",
    "role_changed": "Cambió las áreas de un papel", "role_taken": "Quitó un papel", "api_key_made": "Creó una llave",
    "api_key_revoked": "Revocó una llave", "backup_taken": "Hizo un respaldo",
    "backup_restored": "Restauró un respaldo",
    "approval_asked": "Pidió que otra persona apruebe", "approval_approved": "Aprobó lo que pidió otra persona",
    "approval_refused": "No aprobó lo que pidió otra persona", "approval_withdrawn": "Retiró lo que pidió",
    "approval_rules_changed": "Cambió cuándo hacen falta dos personas", "send_approved": "Aprobó envíos",
    "send_vetoed": "Detuvo envíos", "veto_undone": "Dejó salir envíos detenidos", "documents_sent": "Envió documentos",
    "documents_approved": "Aprobó documentos", "policy_activated": "Puso en vigor una política",
    "legal_authorised": "Autorizó un paso judicial", "legal_done": "Anotó un paso judicial con su prueba",
    "legal_dropped": "Dejó un paso autorizado", "legal_closed": "Dio por terminado un paso judicial",
    "bureau_asked": "Pidió un reporte a central", "bureau_notice": "Anotó un aviso previo",
    "bureau_notice_settled": "Anotó qué fue de un aviso previo", "bureau_reported": "Anotó un reporte a central",
    "bureau_removed": "Anotó el retiro de un reporte", "bureau_dropped": "Descartó un reporte a central",
    "cause_found": "Anotó la causa en la empresa", "call_refused": "Intentó una llamada que la norma negó",
    "handed_on": "Pasó una aclaración o queja a otra persona", "presence_told": "Cambió el estado de alguien",
    "conversation_handed_on": "Una conversación pasó sola a otra persona",
    "review": "Revisó una conversación", "review_disputed": "No estuvo de acuerdo con su revisión",
    "review_resolved": "Respondió a un desacuerdo", "refund_asked": "Pidió una devolución",
    "refund_approved": "Aprobó una devolución", "payment_unassigned": "Quitó un pago de su cliente",
    "debit_file_made": "Hizo un archivo de domiciliación", "debit_file_taken": "Descargó un archivo de domiciliación",
    "debit_answer_read": "Leyó la respuesta del banco", "debit_again": "Volvió a presentar un cargo",
    "debit_mandate_signed": "Anotó una domiciliación", "debit_mandate_revoked": "Retiró una domiciliación",
    "debit_mandate_resumed": "Reanudó una domiciliación", "debit_settings_changed": "Cambió cómo se domicilia",
    "payout_report_read": "Leyó el reporte de depósitos de una pasarela",
    "payment_alert_attended": "Dijo qué fue un pago fuera de lo común",
    "incentive_given": "Dio un incentivo",
    "gateway_added": "Añadió un medio de cobro", "favour_applied": "Aplicó dinero a favor",
    "client_terms": "Declaró la comisión de un mandante", "client_layout": "Declaró un formato de un mandante",
    "client_return": "Hizo un archivo de devolución", "client_give_back": "Deshizo un retiro",
    "evidence_exported": "Descargó las pruebas de una persona", "party_exported": "Descargó lo que hay de una persona",
    "party_erased": "Olvidó a una persona", "expediente_exported": "Descargó un expediente judicial",
    "castigo_exported": "Descargó un archivo de castigo", "views_exported": "Descargó las vistas para análisis",
    "situation_noted": "Anotó una situación", "situation_ended": "Terminó una situación",
    "flag_noted": "Anotó horas o motivos de un contacto", "flag_ended": "Quitó una nota de un contacto",
    "soft_value_changed": "Cambió un valor prudente de la norma", "soft_value_undone": "Deshizo un valor de la norma",
    "pack_signed": "Firmó la revisión de una norma", "rates_loaded": "Cargó tasas",
    "template_activated": "Puso en uso un mensaje", "template_submitted": "Envió a revisión un mensaje",
    "mailbox_changed": "Cambió el buzón", "pace_set": "Cambió el ritmo de un canal",
    "line_mended": "Volvió a probar un canal",
    "price_told": "Dijo el precio de un canal", "price_forgotten": "Quitó el precio de un canal",
    "letter_told": "Anotó qué fue de una carta", "visit_told": "Anotó una visita",
    "answer_decided": "Decidió una respuesta", "stop_misread": "Levantó una baja que se había leído mal",
    "events_chosen": "Eligió qué avisos salen",
}  # fmt: skip


def named(code: str) -> str:
    """An act as people read it."""
    return ACTS.get(code, code)
