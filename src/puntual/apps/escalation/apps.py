from django.apps import AppConfig


class EscalationConfig(AppConfig):
    name = "puntual.apps.escalation"
    label = "escalation"
