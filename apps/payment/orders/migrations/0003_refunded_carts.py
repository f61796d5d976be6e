"""The cart of an order whose money came too late, and went back, may be ordered again."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0002_resuming_and_erasure"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="order",
            name="order_one_live_per_cart",
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["cancelled", "failed", "refunded"]), _negated=True),
                fields=("cart_id",),
                name="order_one_live_per_cart",
            ),
        ),
    ]
