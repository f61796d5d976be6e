"""The sandbox's tables stay where they are; they belong to its own app (its first migration takes them over)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("payments", "0002_sandboxrefund")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.DeleteModel("SandboxRefund"),
                migrations.DeleteModel("SandboxCharge"),
            ]
        )
    ]
