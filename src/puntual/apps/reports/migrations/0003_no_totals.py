from django.db import migrations


class Migration(migrations.Migration):
    """Totals of the books are columns in files now: see `columns`."""

    dependencies = [("reports", "0002_totals")]

    operations = [
        migrations.DeleteModel(name="Consolidated"),
        migrations.DeleteModel(name="MovementTotal"),
    ]
