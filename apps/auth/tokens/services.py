"""Sign-in, rotation, sign-out, service credentials."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from apps.auth.accounts.models import User, normalise_email
from apps.auth.tokens import access, lockout
from apps.auth.tokens.models import Session
from apps.common.problems import Forbidden, NotFound, Problem, Unauthenticated

# Two tabs may refresh with the same token at the same moment: within this time the loser gets what the winner got.
GRACE = timedelta(seconds=10)
# What each service may do; a narrower scope may be asked for, a wider one never.
SERVICE_SCOPES = {
    "catalog": ("entitlements:read", "events:read"),
    "payment": ("events:read", "stock:reserve"),
    "ui": (),
    "video": ("events:read",),
}


class InvalidCredentials(Unauthenticated):
    slug, title = "invalid-credentials", "E-mail or password is wrong"


class EmailNotVerified(Forbidden):
    slug, title = "email-not-verified", "The e-mail address is not confirmed yet"


class TooManyAttempts(Problem):
    status, slug, title = 429, "too-many-attempts", "Too many failed attempts"


class TokenRevoked(Unauthenticated):
    slug, title = "token-revoked", "This session has ended"


class InvalidClient(Unauthenticated):
    slug, title = "invalid-client", "The service's credentials are wrong"


class InvalidScope(Problem):
    status, slug, title = 400, "invalid-scope", "The service may not have this scope"


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a sign-in or a refresh answers with; `expires_in` in seconds."""

    access: str
    refresh: str
    expires_in: int
    token_type: str = "Bearer"  # noqa: S105  (a scheme's name)


def sign_in(*, email: str, password: str, address: str, user_agent: str) -> Tokens:
    """Tokens for the right password. Raises InvalidCredentials, EmailNotVerified or TooManyAttempts."""
    user = check_credentials(email=email, password=password, address=address)
    if user.email_verified_at is None:
        raise EmailNotVerified("Confirm your e-mail address with the link we sent you, then sign in.")
    now = timezone.now()
    session = Session.objects.create(
        user=user,
        salt=secrets.token_bytes(32),
        rotated_at=now,
        expires_at=now + settings.SIMPLE_JWT["REFRESH_TOKEN_LIFETIME"],
        user_agent=user_agent[:256],
        address=address,
    )
    User.objects.filter(pk=user.pk).update(last_login=now)
    return _tokens(session, user)


def check_credentials(*, email: str, password: str, address: str) -> User:
    """The account with this password, at the same cost whether or not it exists."""
    email = normalise_email(email)
    if wait := lockout.seconds_locked(email, address):
        detail = f"Too many failed attempts. Wait {wait} seconds, then try again."
        raise TooManyAttempts(detail, headers={"Retry-After": str(wait)})
    user = User.objects.filter(email=email, is_active=True).first()
    if not check_password(password, user.password if user else _decoy(), _upgrade(user, password)):
        lockout.record_failure(email, address)
        raise InvalidCredentials("The e-mail address or the password is wrong.")
    lockout.forget(email, address)
    return user


def refresh(*, token: str) -> Tokens:
    """Exchange a refresh token for the next one. Raises TokenRevoked; reuse of an old token ends the session."""
    session_id, counter, mac = _split(token)
    reused = False
    with transaction.atomic():
        session = Session.objects.select_for_update(of=("self",)).select_related("user").filter(pk=session_id).first()
        now = timezone.now()
        if session is None or not constant_time_compare(mac, _mac(session, counter)):
            raise TokenRevoked("This refresh token is not known. Sign in again.")
        if session.revoked_at or session.expires_at <= now or not session.user.is_active:
            raise TokenRevoked("This session has ended. Sign in again.")
        if counter == session.counter:
            session.counter += 1
            session.rotated_at = now
            session.save(update_fields=["counter", "rotated_at"])
        elif counter != session.counter - 1 or now > session.rotated_at + GRACE:
            reused = True
            _revoke(session, "refresh token reused")
    if reused:
        raise TokenRevoked("This session was ended because an old token was used again. Sign in again.")
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
    if everywhere:
        revoke_all_sessions(session.user, reason="signed out everywhere")
    else:
        _revoke(session, "signed out")


def revoke_session(user: User, session_id: Any) -> None:
    """End one of the user's own sessions; raises NotFound for anybody else's."""
    session = user.sessions.filter(pk=session_id, revoked_at=None).first()
    if session is None:
        raise NotFound("You have no such session.")
    _revoke(session, "ended by the user")


def revoke_all_sessions(user: User, *, reason: str) -> None:
    user.sessions.filter(revoked_at=None).update(revoked_at=timezone.now(), revoked_because=reason)


def service_token(*, client_id: str, client_secret: str, scope: str | None = None) -> tuple[str, list[str]]:
    """An access token and its scopes for a service that knows its secret. Raises InvalidClient or InvalidScope."""
    accepted = settings.SERVICE_SECRETS.get(client_id, [])
    matches = [constant_time_compare(client_secret, secret) for secret in accepted or [secrets.token_hex()]]
    if not accepted or not any(matches):
        raise InvalidClient("The client id or secret is wrong.")
    allowed = SERVICE_SCOPES[client_id]
    scopes = sorted(set(scope.split())) if scope else list(allowed)
    if not set(scopes) <= set(allowed):
        raise InvalidScope(f"{client_id} may have: {' '.join(allowed) or 'no scope'}.")
    return access.for_service(client_id, scopes), scopes


def _tokens(session: Session, user: User) -> Tokens:
    lifetime = int(settings.SIMPLE_JWT["ACCESS_TOKEN_LIFETIME"].total_seconds())
    token = f"{session.pk.hex}.{session.counter}.{_mac(session, session.counter)}"
    return Tokens(access=access.for_user(user, session_id=str(session.pk)), refresh=token, expires_in=lifetime)


def _mac(session: Session, counter: int) -> str:
    """Refresh tokens are derived, not stored: the database alone does not reveal them, nor does the key alone."""
    value = f"{session.pk.hex}.{counter}.{bytes(session.salt).hex()}"
    return salted_hmac("apps.auth.tokens.refresh", value, algorithm="sha256").hexdigest()


def _split(token: str) -> tuple[str, int, str]:
    parts = token.split(".")
    known = len(parts) == 3 and len(parts[0]) == 32 and parts[1].isascii() and parts[1].isdigit() and len(parts[1]) < 9
    if not known or not all(c in "0123456789abcdef" for c in parts[0]):
        raise TokenRevoked("This refresh token is not known. Sign in again.")
    return parts[0], int(parts[1]), parts[2]


def _revoke(session: Session, reason: str) -> None:
    session.revoked_at, session.revoked_because = timezone.now(), reason
    session.save(update_fields=["revoked_at", "revoked_because"])


def _upgrade(user: User | None, password: str) -> Any:
    """Called by Django when the stored hash has outdated parameters."""

    def setter(_: str) -> None:
        if user:
            user.set_password(password)
            user.save(update_fields=["password"])

    return setter


_decoy_hash = ""


def _decoy() -> str:
    """The hash of nobody's password, so that unknown addresses cost as much as known ones."""
    global _decoy_hash
    _decoy_hash = _decoy_hash or make_password(secrets.token_hex())
    return _decoy_hash
