"""Triggers that refuse to change or delete what is in the books."""

from django.db import migrations


def _raise(apps, schema_editor):
    from puntual.apps.receivables.guard import raise_guard

    raise_guard()


def _lift(apps, schema_editor):
    from puntual.apps.receivables.guard import lift_guard

    lift_guard()


class Migration(migrations.Migration):
    dependencies = [
        ("receivables", "0001_initial"),
        ("compliance", "0002_initial"),
        ("audit", "0001_initial"),
    ]
    operations = [migrations.RunPython(_raise, _lift)]
