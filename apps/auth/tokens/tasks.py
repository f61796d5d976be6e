"""Periodic jobs."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.db.models import Q
from django.utils import timezone

from apps.auth.tokens import keys, lockout
from apps.auth.tokens.models import Session, SignInFailures

# Ended sessions are kept this long, so that support can say what happened.
KEEP_ENDED = timedelta(days=30)


@shared_task
def rotate_signing_keys() -> None:
    """Make the next signing key when it is time."""
    keys.rotate()


@shared_task
def purge_sessions() -> None:
    """Forget sessions that ended long ago and failures that no longer count."""
    limit = timezone.now() - KEEP_ENDED
    Session.objects.filter(Q(expires_at__lt=limit) | Q(revoked_at__lt=limit)).delete()
    SignInFailures.objects.filter(last_at__lt=timezone.now() - lockout.MEMORY, locked_until__lt=timezone.now()).delete()
