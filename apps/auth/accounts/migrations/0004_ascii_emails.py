from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    """For new and changed rows first, without reading the table: the next migration brings the others into the form."""

    dependencies = [("accounts", "0003_user_session_generation")]

    operations = [
        AddConstraintNotValid(
            model_name="user",
            constraint=models.CheckConstraint(condition=models.Q(email__regex="^[ -~]+$"), name="user_email_is_ascii"),
        ),
    ]
