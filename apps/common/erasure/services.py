"""Erasing, at once and again."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from apps.common.erasure.models import DeletedAccount
from apps.common.erasure.registry import erasers
from apps.common.jobs.services import for_each, resting

# After the first time. Requests that were under way write within seconds, at most a minute; a token that somebody
# accepts by mistake lives ten minutes; a payment or a message of another service may be late by hours.
REPEAT_AFTER = (timedelta(seconds=10), timedelta(minutes=2), timedelta(minutes=15), timedelta(days=1))
MAX_AT_ONCE = 500
JOB = "repeat-erasures"


@transaction.atomic
def erase_account(user_id: uuid.UUID, *, deleted_at: datetime) -> None:
    """Erase what this service holds about the person, now and, from the first call on, some times later."""
    DeletedAccount.objects.get_or_create(
        user_id=user_id, defaults={"deleted_at": deleted_at, "next_pass_at": timezone.now() + REPEAT_AFTER[0]}
    )
    _erase(user_id)


def repeat_due_erasures() -> int:
    """Erase again what came late; returns for how many accounts. One that fails is tried again later, others go on."""
    due = DeletedAccount.objects.filter(next_pass_at__lte=timezone.now()).exclude(pk__in=resting(JOB))
    ids = list(due.order_by("next_pass_at").values_list("pk", flat=True)[:MAX_AT_ONCE])
    return for_each(ids, _repeat, job=JOB)


def was_deleted(user_id: uuid.UUID) -> bool:
    """Whether the account is gone, as far as this service has heard."""
    return DeletedAccount.objects.filter(pk=user_id).exists()


@transaction.atomic(durable=True)
def _repeat(user_id: uuid.UUID) -> bool:
    """One further pass; False when another worker is at it."""
    due = DeletedAccount.objects.select_for_update(skip_locked=True)
    account = due.filter(pk=user_id, next_pass_at__lte=timezone.now()).first()
    if account is None:
        return False
    _erase(user_id)
    account.passes += 1
    account.next_pass_at = None
    if account.passes < len(REPEAT_AFTER):
        account.next_pass_at = timezone.now() + REPEAT_AFTER[account.passes]
    account.save(update_fields=["passes", "next_pass_at"])
    return True


def _erase(user_id: uuid.UUID) -> None:
    for eraser in erasers():
        eraser(user_id)
