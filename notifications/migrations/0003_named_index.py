from django.db import migrations, models

from core.db.migration_operations import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("notifications", "0002_named")]

    operations = [
        AddIndexOnline(
            model_name="notification",
            index=models.Index(
                condition=models.Q(("named__isnull", False)),
                fields=["named"],
                name="notification_naming",
            ),
        ),
    ]
