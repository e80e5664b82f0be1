from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "puntual.apps.payments"
    label = "payments"
    verbose_name = "Pagos"
