"""Reads of keys, sessions and the accounts behind them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.auth.accounts.models import User
from apps.auth.tokens import keys
from apps.auth.tokens.models import Session, SigningKey
from apps.common.identity.principal import Principal
from apps.common.problems import NotFound, Unauthenticated


def jwks_document() -> dict[str, Any]:
    """Public keys that verify tokens now or soon (RFC 7517)."""
    keys.current_key()
    published = SigningKey.objects.filter(Q(retires_at=None) | Q(retires_at__gt=timezone.now()))
    return {"keys": [key.public_jwk for key in published.order_by("-signs_from")]}


class SessionEnded(NotFound):
    """A slug of its own: the 404 of an older release, which has no such address, must end nobody's session."""

    slug, title = "session-ended", _("This session has ended")


def account_of_session(session_id: UUID) -> User:
    """The account that is signed in by this session; raises SessionEnded."""
    live = Session.objects.filter(pk=session_id, revoked_at=None, expires_at__gt=timezone.now(), user__is_active=True)
    session = live.select_related("user").first()
    if session is None:
        raise SessionEnded(gettext("This session has ended, or there was never one."))
    return session.user


def account_of(principal: Principal) -> User:
    """The account behind a token; raises Unauthenticated when it is gone or the token's session has ended.

    Other services take an access token for its ten minutes. Here the session is at hand, so signing out is at once.
    """
    wanted = Q(pk=principal.user_id, is_active=True)
    if session_id := principal.claims.get("sid"):
        wanted &= Q(sessions__pk=session_id, sessions__revoked_at=None)
    user = User.objects.filter(wanted).first()
    if user is None:
        raise Unauthenticated(gettext("This session has ended. Sign in again."))
    return user


def live_sessions(user: User) -> QuerySet[Session]:
    """The devices on which the user is signed in."""
    return user.sessions.filter(revoked_at=None, expires_at__gt=timezone.now())
