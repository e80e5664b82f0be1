from django.apps import AppConfig


class InboxConfig(AppConfig):
    name = "puntual.apps.inbox"
    label = "inbox"
