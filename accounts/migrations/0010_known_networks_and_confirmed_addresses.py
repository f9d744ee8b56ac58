import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0009_idempotency_keys"),
    ]

    operations = [
        migrations.CreateModel(
            name="KnownNetwork",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64)),
                ("last_seen_at", models.DateTimeField(db_index=True)),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="known_networks", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("user", "digest"), name="network_known_once")
                ],
            },
        ),
        migrations.AddField(
            model_name="user",
            name="email_confirmed",
            field=models.BooleanField(db_default=True, default=False, editable=False, help_text="The owner of the address has followed a link that was mailed there."),
        ),
        migrations.AddField(
            model_name="user",
            name="kept_stamp",
            field=models.CharField(blank=True, db_default="", default="", editable=False, help_text="The stamp of the renewed password hash, and the stamp that tokens keep.", max_length=65),
        ),
        migrations.AddField(
            model_name="user",
            name="mails_refused",
            field=models.BooleanField(db_default=False, default=False, editable=False, help_text="Mails were turned off by the link in one of them: only a link turns them on."),
        ),
        migrations.AlterField(
            model_name="mail",
            name="kind",
            field=models.CharField(choices=[("notification", "Notification"), ("reminder", "Reminder"), ("password_reset", "Password Reset"), ("email_change", "Email Change"), ("email_notice", "Email Notice"), ("email_confirmation", "Email Confirmation")], max_length=20),
        ),
    ]
