import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def _who_is_here_keeps_what_they_could(apps, schema_editor):
    users = apps.get_model("auth", "User").objects.filter(is_superuser=False)
    members = apps.get_model("access", "Membership").objects
    for pk, staff in users.values_list("pk", "is_staff"):
        members.create(user_id=pk, role="admin" if staff else "manager")


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0001_initial'),
        ('parties', '0003_screen_indexes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('admin', 'Administración'), ('manager', 'Gerencia'), ('supervisor', 'Supervisión'), ('agent', 'Gestión'), ('seller', 'Ventas o departamento'), ('lawyer', 'Abogacía'), ('auditor', 'Auditoría'), ('read_only', 'Solo lectura')], max_length=20)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('creditor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='parties.creditor')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'creditor', 'role'), name='membership_once'), models.UniqueConstraint(condition=models.Q(('creditor', None)), fields=('user', 'role'), name='membership_once_everywhere')],
            },
        ),
        migrations.RunPython(_who_is_here_keeps_what_they_could, migrations.RunPython.noop),
    ]
