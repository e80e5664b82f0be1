from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "puntual.apps.imports"
    label = "imports"
