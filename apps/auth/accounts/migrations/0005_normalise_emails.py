from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations

from apps.common.emails import InvalidEmail, normalise_email


def normalise(apps, schema_editor):
    """Bring addresses with characters beyond ASCII into the form in which they are compared from now on.

    One that cannot be, or that another account has, never got a mail: no server knows such a mailbox. Its account is
    closed and its address written with escapes, so that an administrator can read what it was.
    """
    users = apps.get_model("accounts", "User").objects
    for user in users.exclude(email__regex="^[ -~]+$").order_by("created_at", "pk"):
        try:
            email = normalise_email(user.email)
        except InvalidEmail:
            email = None
        if email and not users.filter(email=email).exists():
            users.filter(pk=user.pk).update(email=email)
        else:
            escaped = user.email.encode("ascii", "backslashreplace").decode()
            fits = len(escaped) <= 254
            users.filter(pk=user.pk).update(email=escaped if fits else f"{user.pk}@unusable.invalid", is_active=False)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_ascii_emails")]

    operations = [
        migrations.RunPython(normalise, migrations.RunPython.noop, elidable=True),
        ValidateConstraint(model_name="user", name="user_email_is_ascii"),
    ]
