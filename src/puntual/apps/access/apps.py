from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "puntual.apps.access"
    label = "access"
