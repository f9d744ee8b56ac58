from django.db import migrations, models

from core.db.migration_operations import AddCheckOnline, RemoveCheckOnline


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ("accounts", "0010_known_networks_and_confirmed_addresses"),
    ]

    operations = [
        RemoveCheckOnline(
            model_name="mail",
            name="mail_kind_is_known",
        ),
        AddCheckOnline(
            model_name="mail",
            constraint=models.CheckConstraint(condition=models.Q(("kind__in", ["notification", "reminder", "password_reset", "email_change", "email_notice", "email_confirmation"])), name="mail_kind_is_known"),
        ),
    ]
