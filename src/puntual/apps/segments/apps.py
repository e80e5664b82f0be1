from django.apps import AppConfig


class SegmentsConfig(AppConfig):
    name = "puntual.apps.segments"
    label = "segments"
    verbose_name = "Riesgo y segmentos"
