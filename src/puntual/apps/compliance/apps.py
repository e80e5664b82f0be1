from django.apps import AppConfig


class ComplianceConfig(AppConfig):
    name = "puntual.apps.compliance"
    label = "compliance"
