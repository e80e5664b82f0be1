"""Who saw what is only ever added, as the books: the database refuses to change it from the migrations on, and not only
once `init` has raised every guard."""

from django.db import migrations


def guard(apps, schema_editor):
    from puntual.apps.receivables.guard import raise_guard

    raise_guard()


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_accesses")]
    operations = [migrations.RunPython(guard, migrations.RunPython.noop)]
