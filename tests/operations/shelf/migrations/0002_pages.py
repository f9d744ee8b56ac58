from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shelf", "0001_initial")]
    operations = [migrations.AddField("Book", "pages", models.IntegerField(null=True))]
