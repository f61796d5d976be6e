"""Writes to accounts and address books."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.auth.accounts import links, tasks
from apps.auth.accounts.models import Address, Role, User, normalise_email
from apps.auth.tokens.services import revoke_all_sessions
from apps.common import outbox
from apps.common.problems import NotFound, ValidationProblem

MAX_ADDRESSES = 50


def require_good_password(password: str, user: User, *, field: str = "password") -> None:
    """Raise ValidationProblem with every rule that the password breaks."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise ValidationProblem("Choose another password; see errors.", errors={field: error.messages}) from error


def register(*, email: str, password: str, name: str) -> None:
    """Open an account and send the confirmation mail; for a known address send a mail that says so.

    The caller learns nothing about which of the two happened: both hash a password and send one mail.
    """
    email = normalise_email(email)
    user = User(email=email, name=name)
    require_good_password(password, user)
    user.password = make_password(password)
    try:
        with transaction.atomic(durable=True):
            user.save(force_insert=True)
            outbox.publish(type="user.registered", subject=str(user.pk), data={"user_id": str(user.pk)})
            send_verification(user)
    except IntegrityError:
        known = User.objects.get(email=email)
        _send(tasks.send_known_address_mail, known)


def send_verification(user: User) -> None:
    """Send the confirmation link once the surrounding transaction holds."""
    _send(tasks.send_verification_mail, user)


def resend_verification(*, email: str) -> None:
    """Send the link again when the address is known and unconfirmed; silently nothing otherwise."""
    user = User.objects.filter(email=normalise_email(email), is_active=True, email_verified_at=None).first()
    if user:
        send_verification(user)


def verify_email(*, token: str) -> User:
    """Confirm the address that a link was sent to; raises InvalidLink."""
    with transaction.atomic(durable=True):
        user = User.objects.select_for_update().get(pk=links.user_of(token, links.VERIFY).pk)
        if user.email_verified_at is None:
            user.email_verified_at = timezone.now()
            user.save(update_fields=["email_verified_at"])
    return user


def change_name(user: User, *, name: str) -> User:
    user.name = name
    user.save(update_fields=["name"])
    return user


def require_password(user: User, password: str, *, field: str = "password") -> None:
    """Raise ValidationProblem unless this is the account's password."""
    if not user.check_password(password):
        raise ValidationProblem("The password is wrong.", errors={field: ["This is not your password."]})


def change_password(user: User, *, current: str, new: str) -> None:
    """Set a new password after the old one was given, and sign every device out."""
    require_password(user, current, field="current_password")
    set_password(user, new, field="new_password")


def set_password(user: User, password: str, *, field: str = "password") -> None:
    """Store a new password and end all sessions: whoever knew the old one must be out."""
    require_good_password(password, user, field=field)
    with transaction.atomic(durable=True):
        user.set_password(password)
        user.save(update_fields=["password"])
        revoke_all_sessions(user, reason="password changed")


def request_password_reset(*, email: str) -> None:
    """Send a reset link when the address is known; silently nothing otherwise."""
    user = User.objects.filter(email=normalise_email(email), is_active=True).first()
    if user:
        _send(tasks.send_password_reset_mail, user)


def reset_password(*, token: str, password: str) -> None:
    """Set the password by a link from a mail, which also proves the address; raises InvalidLink."""
    user = links.user_of(token, links.RESET)
    set_password(user, password)
    User.objects.filter(pk=user.pk, email_verified_at=None).update(email_verified_at=timezone.now())


def delete_account(user: User, *, password: str) -> None:
    """Remove the account and tell every service to forget it. The row goes, and with it addresses and sessions."""
    require_password(user, password)
    with transaction.atomic(durable=True):
        outbox.publish(type="user.deleted", subject=str(user.pk), data={"user_id": str(user.pk)})
        user.delete()


def import_user(*, email: str, password: str, name: str, roles: list[str], verified: bool) -> bool:
    """Make or update an account by its address (for demos and moves from another shop); True when it is new."""
    unknown = set(roles) - set(Role.values)
    if unknown:
        raise ValidationProblem(f"Unknown roles: {', '.join(sorted(unknown))}.", errors={"roles": sorted(unknown)})
    email = normalise_email(email)
    with transaction.atomic(durable=True):
        user, is_new = User.objects.get_or_create(email=email, defaults={"name": name})
        user.name, user.roles = name, sorted({Role.CUSTOMER.value, *roles})
        if verified and user.email_verified_at is None:
            user.email_verified_at = timezone.now()
        if is_new or not user.check_password(password):
            user.set_password(password)
        user.save()
        if is_new:
            outbox.publish(type="user.registered", subject=str(user.pk), data={"user_id": str(user.pk)})
    return is_new


def add_address(user: User, **fields: Any) -> Address:
    """A new entry; the first one becomes the default."""
    with transaction.atomic(durable=True):
        User.objects.select_for_update().get(pk=user.pk)
        count = user.addresses.count()
        if count >= MAX_ADDRESSES:
            message = f"An address book holds {MAX_ADDRESSES} addresses; delete one first."
            raise ValidationProblem(message, errors={"": [message]})
        fields["is_default"] = fields.get("is_default", False) or count == 0
        if fields["is_default"]:
            user.addresses.filter(is_default=True).update(is_default=False)
        return user.addresses.create(**fields)


def change_address(user: User, address_id: Any, **fields: Any) -> Address:
    """Change an own entry; raises NotFound for anybody else's."""
    with transaction.atomic(durable=True):
        User.objects.select_for_update().get(pk=user.pk)
        address = user.addresses.filter(pk=address_id).first()
        if address is None:
            raise NotFound("There is no such address in your book.")
        if fields.get("is_default"):
            user.addresses.filter(is_default=True).exclude(pk=address.pk).update(is_default=False)
        for name, value in fields.items():
            setattr(address, name, value)
        address.save()
        return address


def remove_address(user: User, address_id: Any) -> None:
    deleted, _ = user.addresses.filter(pk=address_id).delete()
    if not deleted:
        raise NotFound("There is no such address in your book.")


def _send(task: Any, user: User) -> None:
    user_id = str(user.pk)
    transaction.on_commit(lambda: tasks.send_later(task, user_id))
