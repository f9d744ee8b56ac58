import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from core.db.migration_operations import RenameContentType

KINDS = [
    "notification",
    "reminder",
    "password_reset",
    "email_change",
    "email_notice",
    "email_confirmation",
]


class Migration(migrations.Migration):
    """The model moves here from `accounts`; its table stays as it is."""

    initial = True
    old_code_bears_it_because = (
        "the table keeps its name, columns and indexes; until the old servers are gone, they show "
        "the list of mails to superusers only, since its permissions have moved"
    )
    dependencies = [
        ("accounts", "0011_mails_that_ask"),
        ("sessions_app", "0006_last_reminder"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]
    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Mail",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "attempts",
                            models.PositiveSmallIntegerField(default=0, editable=False),
                        ),
                        (
                            "next_try_at",
                            models.DateTimeField(
                                db_index=True,
                                editable=False,
                                help_text="Empty once it is done or given up.",
                                null=True,
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[(kind, kind.replace("_", " ").title()) for kind in KINDS],
                                max_length=20,
                            ),
                        ),
                        (
                            "address",
                            models.CharField(
                                blank=True,
                                default="",
                                help_text="The address typed to request a new password, which may "
                                "be nobody's; or the new or the old address of a person who "
                                "changes theirs.",
                                max_length=254,
                            ),
                        ),
                        ("subject", models.CharField(max_length=255)),
                        ("message", models.TextField(blank=True, default="")),
                        (
                            "expires_at",
                            models.DateTimeField(
                                help_text="It isn't sent after this time.", null=True
                            ),
                        ),
                        (
                            "created_at",
                            models.DateTimeField(
                                db_index=True, default=django.utils.timezone.now
                            ),
                        ),
                        ("sent_at", models.DateTimeField(null=True)),
                        (
                            "dedupe_key",
                            models.CharField(
                                editable=False,
                                help_text="The key of the notification that it is about.",
                                max_length=120,
                                null=True,
                                unique=True,
                            ),
                        ),
                        (
                            "session",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="sessions_app.session",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="mails",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "db_table": "accounts_mail",
                        "ordering": ("-id",),
                        "indexes": [
                            models.Index(
                                condition=models.Q(("next_try_at", None), ("sent_at", None)),
                                fields=["created_at"],
                                name="mail_given_up",
                            )
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("kind__in", KINDS)), name="mail_kind_is_known"
                            )
                        ],
                    },
                ),
            ],
        ),
        RenameContentType("Mail", "Mail", old_app="accounts"),
    ]
