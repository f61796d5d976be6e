from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("encoding", "0001_initial")]

    operations = [
        migrations.RemoveIndex(model_name="encoding", name="encoding_open"),
        migrations.RenameField(model_name="encoding", old_name="heartbeat_at", new_name="lease_until"),
        migrations.AddIndex(
            model_name="encoding",
            index=models.Index(
                condition=models.Q(("state__in", ["queued", "running"])), fields=["lease_until"], name="encoding_open"
            ),
        ),
    ]
