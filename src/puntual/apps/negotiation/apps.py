from django.apps import AppConfig


class NegotiationConfig(AppConfig):
    name = "puntual.apps.negotiation"
    label = "negotiation"
    verbose_name = "Promesas, convenios y aclaraciones"
