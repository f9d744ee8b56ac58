from django.db import migrations

from core.db.migration_operations import AddWordIndex


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("accounts", "0005_people_found_by_prefix")]

    operations = [
        AddWordIndex("user", "person_words", ["first_name", "last_name", "username"]),
    ]
