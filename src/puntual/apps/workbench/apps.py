from django.apps import AppConfig


class WorkbenchConfig(AppConfig):
    name = "puntual.apps.workbench"
    label = "workbench"
