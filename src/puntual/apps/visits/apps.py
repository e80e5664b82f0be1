from django.apps import AppConfig


class VisitsConfig(AppConfig):
    name = "puntual.apps.visits"
    label = "visits"
