from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    name = "puntual.apps.supervision"
    label = "supervision"
