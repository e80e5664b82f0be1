from django.apps import AppConfig


class DebitsConfig(AppConfig):
    name = "puntual.apps.debits"
    label = "debits"
