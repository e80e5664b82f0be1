from django.apps import AppConfig


class WelcomeConfig(AppConfig):
    name = "puntual.apps.welcome"
    verbose_name = "Bienvenida"
