"""Sign-in, rotation, sign-out."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.auth.accounts.models import User
from apps.auth.caller import Caller
from apps.auth.tokens import access, lockout
from apps.auth.tokens.models import Session, SignInFailures
from apps.common import outbox
from apps.common.emails import lookup_email
from apps.common.problems import Forbidden, NotFound, Unauthenticated

# Two tabs may refresh with the same token at the same moment, and a phone may lose the first response: within this time
# the same client (address and user agent) gets once more what it got before. Anybody else, or later, is a thief.
GRACE = timedelta(seconds=10)
# Ended sessions are kept this long, so that support can say what happened.
KEEP_ENDED = timedelta(days=30)
# Django says "wrong" for this hash, at the cost of a real one.
NOBODYS_PASSWORD = "!"  # noqa: S105  (a hash that nothing matches)


class InvalidCredentials(Unauthenticated):
    slug, title = "invalid-credentials", _("E-mail or password is wrong")


class EmailNotVerified(Forbidden):
    slug, title = "email-not-verified", _("The e-mail address is not confirmed yet")


class TokenRevoked(Unauthenticated):
    slug, title = "token-revoked", _("This session has ended")


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a sign-in or a refresh returns; `expires_in` in seconds."""

    access: str
    refresh: str
    expires_in: int
    token_type: str = "Bearer"  # noqa: S105  (a scheme's name)


def sign_in(*, email: str, password: str, caller: Caller) -> Tokens:
    """Tokens for the right password. Raises InvalidCredentials, EmailNotVerified or TooManyAttempts."""
    user = check_credentials(email=email, password=password, caller=caller)
    if user.email_verified_at is None:
        raise EmailNotVerified(gettext("Confirm your e-mail address with the link we sent you, then sign in."))
    with transaction.atomic(durable=True):
        # The lock and the second look keep a session from outliving a password change or deletion at this moment.
        current = User.objects.select_for_update(no_key=True).filter(pk=user.pk, is_active=True).first()
        if current is None or current.password != user.password:
            raise InvalidCredentials(gettext("The password was changed just now; sign in with the new one."))
        now = timezone.now()
        session = Session.objects.create(
            user=current,
            salt=secrets.token_bytes(32),
            rotated_at=now,
            expires_at=now + settings.SIMPLE_JWT["REFRESH_TOKEN_LIFETIME"],
            user_agent=caller.user_agent,
            address=caller.address,
        )
        User.objects.filter(pk=current.pk).update(last_login=now)
    return _tokens(session, current)


def check_credentials(*, email: str, password: str, caller: Caller) -> User:
    """The account with this password, at the same cost whether or not it exists.

    Raises InvalidCredentials or TooManyAttempts.
    """
    email = lookup_email(email)
    lockout.record_attempt(email, caller.address)
    user = User.objects.filter(email=email, is_active=True).first()
    encoded = user.password if user else NOBODYS_PASSWORD
    if not check_password(password, encoded, _upgrade(user)) or user is None:
        raise InvalidCredentials(gettext("The e-mail address or the password is wrong."))
    lockout.forgive_attempt(email, caller.address)
    return user


def refresh(*, token: str, caller: Caller) -> Tokens:
    """Exchange a refresh token for the next one. Raises TokenRevoked; reuse of an old token ends the session."""
    session_id, counter, mac = _split(token)
    reused = False
    with transaction.atomic(durable=True):
        session = Session.objects.select_for_update(of=("self",)).select_related("user").filter(pk=session_id).first()
        now = timezone.now()
        if session is None or not constant_time_compare(mac, _mac(session, counter)):
            raise TokenRevoked(gettext("This refresh token is not known. Sign in again."))
        if session.revoked_at or session.expires_at <= now or not session.user.is_active:
            raise TokenRevoked(gettext("This session has ended. Sign in again."))
        if counter == session.counter:
            session.counter += 1
            session.rotated_at = now
            session.address, session.user_agent = caller.address, caller.user_agent
            session.save(update_fields=["counter", "rotated_at", "address", "user_agent"])
        elif counter != session.counter - 1 or now > session.rotated_at + GRACE or not session.is_from(caller):
            reused = True
            _revoke(session, "refresh token reused")
    if reused:
        raise TokenRevoked(gettext("This session was ended because an old token was used again. Sign in again."))
    return _tokens(session, session.user)


def revoke(*, token: str, everywhere: bool = False) -> None:
    """Sign out this device, or all. An unknown token is no error: the caller is signed out either way."""
    try:
        session_id, counter, mac = _split(token)
    except TokenRevoked:
        return
    session = Session.objects.select_related("user").filter(pk=session_id).first()
    if session is None or not constant_time_compare(mac, _mac(session, counter)):
        return
    if not everywhere:
        _revoke(session, "signed out")
    elif session.revoked_at is None:
        # A token that was stolen and revoked long ago must not sign its owner out of everything.
        with transaction.atomic(durable=True):
            revoke_all_sessions(session.user, reason="signed out everywhere")


def revoke_session(user: User, session_id: Any) -> None:
    """End one of the user's own sessions; raises NotFound for anybody else's."""
    session = user.sessions.filter(pk=session_id, revoked_at=None, expires_at__gt=timezone.now()).first()
    if session is None:
        raise NotFound(gettext("You have no such session."))
    _revoke(session, "ended by the user")


def revoke_other_sessions(user: User, *, session_id: str | None) -> None:
    """Sign out every device but the one with this session, also from the admins."""
    with transaction.atomic(durable=True):
        revoke_all_sessions(user, reason="ended by the user", but=session_id)


def revoke_all_sessions(user: User, *, reason: str, but: str | None = None) -> None:
    """End every session of the user, `but` one (a session's id), in the admins too, and inform the other services.

    Call it in a transaction, after what is the reason has been written: `user.changed` says what holds from now on.
    Every access token that was issued earlier is refused everywhere, except those of the session that is kept.
    """
    # Waits for a sign-in at this moment: its session is seen below, or it sees what has changed.
    current = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    User.objects.filter(pk=user.pk).update(session_generation=F("session_generation") + 1)
    sessions = current.sessions.filter(revoked_at=None)
    if but:
        sessions = sessions.exclude(pk=but)
    sessions.update(revoked_at=timezone.now(), revoked_because=reason)
    data = {
        "user_id": str(current.pk),
        "roles": sorted(current.roles),
        "is_active": current.is_active,
        "kept_session_id": but,
    }
    outbox.publish(type="user.changed", subject=str(current.pk), data=data)


def _tokens(session: Session, user: User) -> Tokens:
    lifetime = int(settings.SIMPLE_JWT["ACCESS_TOKEN_LIFETIME"].total_seconds())
    token = f"{session.pk.hex}.{session.counter}.{_mac(session, session.counter)}"
    return Tokens(access=access.for_user(user, session=session), refresh=token, expires_in=lifetime)


def _mac(session: Session, counter: int) -> str:
    """Refresh tokens are derived, not stored: the database alone does not reveal them, nor does the key alone."""
    value = f"{session.pk.hex}.{counter}.{bytes(session.salt).hex()}"
    return salted_hmac("apps.auth.tokens.refresh", value, algorithm="sha256").hexdigest()


def _split(token: str) -> tuple[str, int, str]:
    parts = token.split(".")
    known = len(parts) == 3 and len(parts[0]) == 32 and parts[1].isascii() and parts[1].isdigit() and len(parts[1]) < 9
    if not known or not all(c in "0123456789abcdef" for c in parts[0]):
        raise TokenRevoked(gettext("This refresh token is not known. Sign in again."))
    return parts[0], int(parts[1]), parts[2]


def _revoke(session: Session, reason: str) -> None:
    """The first reason stays: a thief's reuse is not overwritten by a later sign-out."""
    now = timezone.now()
    Session.objects.filter(pk=session.pk, revoked_at=None).update(revoked_at=now, revoked_because=reason)


def _upgrade(user: User | None) -> Any:
    """Called by Django when the stored hash has outdated parameters."""

    def setter(password: str) -> None:
        if user:
            new = make_password(password)
            User.objects.filter(pk=user.pk, password=user.password).update(password=new)
            user.password = new

    return setter


def purge() -> None:
    """Delete sessions that ended `KEEP_ENDED` ago and counters of failures that no longer count."""
    now = timezone.now()
    limit = now - KEEP_ENDED
    Session.objects.filter(Q(expires_at__lt=limit) | Q(revoked_at__lt=limit)).delete()
    SignInFailures.objects.filter(last_at__lt=now - lockout.MEMORY).delete()
