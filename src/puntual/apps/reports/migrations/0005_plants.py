"""Causes may also be told apart by plant."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0004_actions_and_rounds")]

    operations = [
        migrations.AlterField(
            model_name="correctiveaction",
            name="dimension",
            field=models.CharField(
                choices=[
                    ("product", "Producto"),
                    ("department", "Área"),
                    ("seller", "Vendedor"),
                    ("plant", "Planta"),
                    ("cause", "Motivo de aclaración"),
                ],
                max_length=12,
                verbose_name="se mide por",
            ),
        ),
    ]
