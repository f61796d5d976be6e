"""Staff sessions ask `auth` again every few minutes.

The event `user.changed` ends them within seconds; this is for the event that is lost or late, and for a session of
`auth` that was ended alone. While `auth` is away, who was signed in works on for a limited time.
"""

from __future__ import annotations

import time
import uuid

import structlog
from django.contrib.auth import logout
from django.http import HttpRequest

from apps.common.http import SERVICE, RemoteProblem, ServiceClient, Unavailable
from apps.common.staff.models import StaffUser
from apps.common.staff.services import StaffAccount, mirror_staff

log = structlog.get_logger(__name__)
CHECK_EVERY_SECONDS = 300
# How long after the last response of `auth` a session goes on without one.
GRACE_SECONDS = 1800
RETRY_AFTER_SECONDS = 30
TIMEOUT_SECONDS = 2.0

SESSION_ID = "auth_session_id"
CONFIRMED_AT = "auth_confirmed_at"
NEXT_CHECK_AT = "auth_next_check_at"


def remember_sign_in(request: HttpRequest, user: StaffUser) -> None:
    """Keep which session of `auth` stands behind a sign-in that has just succeeded."""
    request.session[SESSION_ID] = user.auth_session_id
    _confirm(request)


def recheck_session(request: HttpRequest) -> None:
    """Ask `auth` when it is due: sign out who may not go on, mirror the roles of who may.

    Raises Unavailable when `auth` has not responded for GRACE_SECONDS.
    """
    now = time.time()
    if now < request.session.get(NEXT_CHECK_AT, 0):
        return
    try:
        account = _account_of(request.session.get(SESSION_ID))
    except Unavailable:
        if now - request.session.get(CONFIRMED_AT, 0) > GRACE_SECONDS:
            raise
        log.warning("staff session not confirmed, auth is away")
        request.session[NEXT_CHECK_AT] = now + RETRY_AFTER_SECONDS
        return
    user = mirror_staff(account) if account and str(account.user_id) == str(request.user.pk) else None
    if user is None:
        log.info("staff session ended", user_id=str(request.user.pk))
        logout(request)
        return
    request.user = user
    _confirm(request)


def _confirm(request: HttpRequest) -> None:
    now = time.time()
    request.session[CONFIRMED_AT], request.session[NEXT_CHECK_AT] = now, now + CHECK_EVERY_SECONDS


def _account_of(session_id: str | None) -> StaffAccount | None:
    """Whose session it is; None when it has ended, or when the sign-in is older than this check."""
    if not session_id:
        return None
    client = ServiceClient("auth", timeout=TIMEOUT_SECONDS)
    try:
        body = client.get(f"/internal/sessions/{session_id}", token=SERVICE).json_or_raise()
    except RemoteProblem as problem:
        if problem.slug == "session-ended":
            return None
        # Ours to fix (a missing scope, a wrong secret, an older release), and no reason to send everybody away at once.
        log.error("auth refuses to confirm staff sessions", status=problem.status, detail=problem.detail)
        raise Unavailable("auth", str(problem)) from problem
    return StaffAccount(uuid.UUID(body["user_id"]), body["email"], body["name"], frozenset(body["roles"]))
