from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "puntual.apps.audit"
    label = "audit"
