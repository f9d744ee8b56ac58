from django.db import migrations

from core.schema_changes import AddWordIndex


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("accounts", "0005_people_found_by_prefix")]

    operations = [
        AddWordIndex("user", "person_words", ["first_name", "last_name", "username"]),
    ]
