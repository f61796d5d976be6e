from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Built beside the running shop: no write waits for it.
    atomic = False

    dependencies = [("payments", "0003_refunds")]

    operations = [
        AddIndexConcurrently(
            model_name="paymentmethod",
            index=models.Index(
                condition=models.Q(("user_id__isnull", True)), fields=["created_at"], name="method_guests"
            ),
        ),
    ]
