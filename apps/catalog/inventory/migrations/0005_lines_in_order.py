from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inventory", "0004_first_warehouse")]

    operations = [
        migrations.AddConstraint(
            model_name="reservationline",
            constraint=models.UniqueConstraint(
                fields=("reservation", "position"), name="reservation_line_per_position"
            ),
        ),
    ]
