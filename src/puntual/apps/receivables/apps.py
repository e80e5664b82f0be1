from django.apps import AppConfig


class ReceivablesConfig(AppConfig):
    name = "puntual.apps.receivables"
    label = "receivables"
