from django.apps import AppConfig


class TrainingConfig(AppConfig):
    name = "puntual.apps.training"
    label = "training"
