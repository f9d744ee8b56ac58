from django.db import migrations


class Migration(migrations.Migration):
    """The model has moved to the app `mail`; its table stays as it is."""

    old_code_bears_it_because = "the table keeps its name, columns and indexes"
    dependencies = [
        ("accounts", "0011_mails_that_ask"),
        ("mail", "0001_initial"),
    ]
    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel("Mail")]),
    ]
