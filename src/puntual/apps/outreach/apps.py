from django.apps import AppConfig


class OutreachConfig(AppConfig):
    name = "puntual.apps.outreach"
    label = "outreach"
