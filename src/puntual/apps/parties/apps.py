from django.apps import AppConfig


class PartiesConfig(AppConfig):
    name = "puntual.apps.parties"
    label = "parties"
