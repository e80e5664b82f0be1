from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "puntual.apps.reports"
    label = "reports"
    verbose_name = "Reportes"
