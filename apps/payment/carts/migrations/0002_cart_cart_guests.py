from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Built beside the running shop: no write waits for it.
    atomic = False

    dependencies = [("carts", "0001_initial")]

    operations = [
        AddIndexConcurrently(
            model_name="cart",
            index=models.Index(
                condition=models.Q(("user_id__isnull", True)), fields=["updated_at"], name="cart_guests"
            ),
        ),
    ]
