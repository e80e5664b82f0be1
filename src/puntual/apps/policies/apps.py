from django.apps import AppConfig


class PoliciesConfig(AppConfig):
    name = "puntual.apps.policies"
    label = "policies"
