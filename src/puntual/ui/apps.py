from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "puntual.ui"
    label = "ui"
