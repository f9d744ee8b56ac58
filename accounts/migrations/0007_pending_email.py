from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0006_people_found_by_words"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="pending_email",
            field=models.CharField(blank=True, db_default="", default="", editable=False, help_text="The address that is to take the place of `email`, once its owner confirms it.", max_length=254),
        ),
        migrations.AlterField(
            model_name="mail",
            name="address",
            field=models.CharField(blank=True, default="", help_text="What somebody typed who asked for a new password, where there may be no such person; the new address, or the old one, of somebody who changes theirs.", max_length=254),
        ),
        migrations.AlterField(
            model_name="mail",
            name="kind",
            field=models.CharField(choices=[("notification", "Notification"), ("reminder", "Reminder"), ("password_reset", "Password Reset"), ("email_change", "Email Change"), ("email_notice", "Email Notice")], max_length=20),
        ),
    ]
