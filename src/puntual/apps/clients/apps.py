from django.apps import AppConfig


class ClientsConfig(AppConfig):
    name = "puntual.apps.clients"
    label = "clients"
