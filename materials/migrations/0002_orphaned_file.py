from django.db import migrations

from core.db.migration_operations import RenameContentType


class Migration(migrations.Migration):
    """The model's name changes, its table's doesn't."""

    old_code_bears_it_because = "the table keeps its name, columns and indexes"
    dependencies = [
        ("materials", "0001_initial"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]
    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterModelTable("StrayFile", "materials_strayfile"),
                migrations.RenameModel("StrayFile", "OrphanedFile"),
            ],
        ),
        RenameContentType("StrayFile", "OrphanedFile"),
    ]
