from django.db import migrations, models

from core.db.migration_operations import AddIndexOnline, AddWordIndex


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("sessions_app", "0004_waiting_session")]

    operations = [
        AddIndexOnline(
            model_name="session",
            index=models.Index(fields=["title", "id"], name="session_by_title"),
        ),
        AddIndexOnline(
            model_name="session",
            index=models.Index(
                condition=models.Q(
                    ("status__in", ["approved", "pending_approval", "scheduled", "upcoming"])
                ),
                fields=["date", "id"],
                name="session_open_soonest",
            ),
        ),
        AddWordIndex("session", "session_words", ["title", "description", "subject"]),
    ]
