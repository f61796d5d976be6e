"""Writes to accounts: registration, confirmation, passwords, deletion, import."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext

from apps.auth.accounts import links
from apps.auth.accounts.mails import enqueue_mail
from apps.auth.accounts.models import Mail, Role, User
from apps.auth.caller import Caller
from apps.auth.tokens import lockout
from apps.auth.tokens.services import InvalidCredentials, check_credentials, revoke_all_sessions
from apps.common import outbox
from apps.common.emails import is_normalised, lookup_email, normalise_email
from apps.common.idempotency.services import forget_subject
from apps.common.problems import Conflict, ValidationProblem
from apps.common.text import one_line


def require_good_password(password: str, user: User, *, field: str = "password") -> None:
    """Raise ValidationProblem with every rule that the password breaks."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise ValidationProblem(
            gettext("Choose another password; see errors."), errors={field: error.messages}
        ) from error


def register(*, email: str, password: str, name: str, language: str) -> None:
    """Open an account and send the confirmation mail; for a known address send a mail that says so.

    The caller learns nothing about which of the two happened: both hash a password and ask for one mail.
    """
    email = normalise_email(email)
    user = User(email=email, name=name, language=language)
    require_good_password(password, user)
    user.password = make_password(password)
    try:
        with transaction.atomic(durable=True):
            user.save(force_insert=True)
            outbox.publish(type="user.registered", subject=str(user.pk), data={"user_id": str(user.pk)})
            enqueue_mail(Mail.Kind.VERIFY, email)
    except IntegrityError:
        with transaction.atomic(durable=True):
            enqueue_mail(Mail.Kind.REGISTERED_AGAIN, email)


def resend_verification(*, email: str) -> None:
    """Send the link again when the address is known and unconfirmed; silently nothing otherwise."""
    with transaction.atomic(durable=True):
        _enqueue_mail_to_account(Mail.Kind.VERIFY, email)


def _enqueue_mail_to_account(kind: str, email: str) -> None:
    """Nothing is stored of what cannot be an address, unless an account from before that rule has it."""
    address = lookup_email(email)
    if is_normalised(address) or User.objects.filter(email=address).exists():
        enqueue_mail(kind, address)


def verify_email(*, token: str) -> User:
    """Confirm the address that a link was sent to; raises InvalidLink."""
    with transaction.atomic(durable=True):
        user = links.user_of(token, links.VERIFY, locked=True)
        user.email_verified_at = timezone.now()
        user.save(update_fields=["email_verified_at"])
    return user


def change_profile(user: User, *, name: str | None = None, language: str | None = None) -> User:
    """Set the name that the shop and mails use, and the language of both; None leaves what is there."""
    changes = {"name": name, "language": language}
    changed = {field: value for field, value in changes.items() if value is not None}
    for field, value in changed.items():
        setattr(user, field, value)
    if changed:
        user.save(update_fields=list(changed))
    return user


def require_password(user: User, password: str, *, caller: Caller, field: str = "password") -> None:
    """Raise ValidationProblem unless this is the account's password.

    Counts like a sign-in, so that who found an open browser cannot guess here without end: raises TooManyAttempts.
    """
    try:
        check_credentials(email=user.email, password=password, caller=caller)
    except InvalidCredentials as error:
        message = gettext("This is not your password.")
        raise ValidationProblem(gettext("The password is wrong."), errors={field: [message]}) from error


def change_password(user: User, *, current: str, new: str, caller: Caller, session_id: str | None) -> None:
    """Set a new password after the old one was given, and sign out every other device."""
    require_password(user, current, caller=caller, field="current_password")
    require_good_password(new, user, field="new_password")
    encoded = make_password(new)
    with transaction.atomic(durable=True):
        User.objects.filter(pk=user.pk).update(password=encoded)
        revoke_all_sessions(user, reason="password changed", but=session_id)


def request_password_reset(*, email: str) -> None:
    """Send a reset link when the address is known; silently nothing otherwise."""
    with transaction.atomic(durable=True):
        _enqueue_mail_to_account(Mail.Kind.RESET, email)


def reset_password(*, token: str, password: str) -> None:
    """Set the password by a link from a mail, which also proves the address. Raises InvalidLink.

    Ends all sessions (whoever knew the old password must be out) and all lockouts of the account.
    """
    require_good_password(password, links.user_of(token, links.RESET))
    encoded = make_password(password)
    with transaction.atomic(durable=True):
        # GaugeReadings at again under the lock: of two that use a link at once, one is too late.
        user = links.user_of(token, links.RESET, locked=True)
        user.password = encoded
        user.email_verified_at = user.email_verified_at or timezone.now()
        user.save(update_fields=["password", "email_verified_at"])
        revoke_all_sessions(user, reason="password reset")
        lockout.forget_account(user.email)


def delete_account(user: User, *, password: str, caller: Caller) -> None:
    """Forget the person and have every service do so. Raises ValidationProblem for a wrong password.

    The row stays without anything personal, so that its id is never given again and the staff's history keeps its
    subject; the address is free for a new account.
    """
    require_password(user, password, caller=caller)
    with transaction.atomic(durable=True):
        user = User.objects.select_for_update().get(pk=user.pk)
        if user.deleted_at:
            return
        Mail.objects.filter(email=user.email).delete()
        lockout.forget_account(user.email)
        user.addresses.all().delete()
        user.sessions.all().delete()
        forget_subject(str(user.pk))
        user.email, user.name, user.roles = f"{user.pk}@deleted.invalid", "", []
        user.set_unusable_password()
        user.is_active, user.deleted_at = False, timezone.now()
        user.email_verified_at = user.last_login = None
        user.save()
        outbox.publish(type="user.deleted", subject=str(user.pk), data={"user_id": str(user.pk)})


def save_by_staff(user: User, *, changed: Iterable[str]) -> None:
    """Store what an administrator changed. Other roles count at once, not after the next refresh; a closed account
    is signed out."""
    with transaction.atomic():
        user.save(update_fields=list(changed))
        if not {"roles", "is_active"}.isdisjoint(changed):
            revoke_all_sessions(user, reason="changed by an administrator")


def import_user(
    *,
    email: str,
    password: str,
    name: str,
    roles: Iterable[str] = (),
    is_verified: bool = True,
    user_id: UUID | None = None,
) -> bool:
    """Make or update an account by its address (for demos and moves from another shop); True when it is new.

    Raises ValidationProblem for an address or role that cannot be, Conflict when the address has another id.
    """
    unknown = sorted(set(roles) - set(Role.values))
    if unknown:
        raise ValidationProblem(f"Unknown roles: {', '.join(unknown)}.", errors={"roles": unknown})
    email = normalise_email(email)
    try:
        one_line(name)
    except ValidationError as error:
        raise ValidationProblem(f"{name!r} is not a name.", errors={"name": error.messages}) from error
    with transaction.atomic(durable=True):
        identity = {"id": user_id} if user_id else {}
        # Locked: somebody may sign out everywhere at the same time, and what this writes must not undo it.
        locked = User.objects.select_for_update()
        user, is_new = locked.get_or_create(email=email, defaults={"name": name, **identity})
        if user_id and user.pk != user_id:
            raise Conflict(f"{email} has the id {user.pk}, not {user_id}.")
        former_roles = sorted(user.roles)
        user.name, user.roles = name, sorted({str(Role.CUSTOMER), *roles})
        if is_verified and user.email_verified_at is None:
            user.email_verified_at = timezone.now()
        has_new_password = not is_new and not user.check_password(password)
        if is_new or has_new_password:
            user.set_password(password)
        user.save()
        if has_new_password or (not is_new and user.roles != former_roles):
            revoke_all_sessions(user, reason="changed by an import")
        if is_new:
            outbox.publish(type="user.registered", subject=str(user.pk), data={"user_id": str(user.pk)})
    return is_new
