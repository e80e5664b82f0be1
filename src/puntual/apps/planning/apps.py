from django.apps import AppConfig


class PlanningConfig(AppConfig):
    name = "puntual.apps.planning"
    label = "planning"
