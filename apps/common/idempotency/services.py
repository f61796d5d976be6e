"""Claim a key, store the response to it, release it: short transactions, none of them open while the work is done."""

from __future__ import annotations

import math
import uuid
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.common.idempotency.models import IdempotencyRecord
from apps.common.problems import Conflict, Problem

# The contract promises 24 hours.
KEPT_FOR = timedelta(hours=48)
# How long a worker that died keeps others from trying again; longer than any request may take.
LOCKED_FOR = timedelta(seconds=60)
LONGEST_RETRY_AFTER = 5

State = IdempotencyRecord.State

INSERT = """
    INSERT INTO idempotency_idempotencyrecord
        (scope, key, fingerprint, state, lease, locked_until, response_headers, response_body, created_at)
    VALUES (%(scope)s, %(key)s, %(fingerprint)s, %(state)s, %(lease)s, %(locked_until)s, '{}', '', %(created_at)s)
    ON CONFLICT (scope, key) DO NOTHING RETURNING id
"""


class RequestInProgress(Conflict):
    slug, title = "request-in-progress", _("The same request is still being worked on")


class KeyReused(Problem):
    status, slug, title = 422, "idempotency-key-reused", _("This idempotency key belongs to another request")


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to do the work of a key."""

    record_id: int
    lease: uuid.UUID


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """The first response; `body` is rendered JSON, empty for none."""

    status: int
    headers: dict[str, str]
    body: str


def claim_key(*, scope: str, key: str, fingerprint: str) -> Claim | StoredResponse:
    """The right to do the work, or the response of when it was done.

    A key whose worker died is claimed again after LOCKED_FOR: the work itself must bear being started twice, keyed by
    the same key. Raises KeyReused when the key came with another request, RequestInProgress while another works.
    """
    lease, now = uuid.uuid4(), timezone.now()
    fresh = IdempotencyRecord(
        scope=scope, key=key, fingerprint=fingerprint, lease=lease, locked_until=now + LOCKED_FOR, created_at=now
    )
    if record_id := _insert(fresh):
        return Claim(record_id, lease)
    with transaction.atomic():
        record = IdempotencyRecord.objects.select_for_update().filter(scope=scope, key=key).first()
        if record is None:
            # Whoever held it has just released it.
            raise _in_progress(timedelta(seconds=1))
        is_outdated = record.created_at < now - KEPT_FOR
        if not is_outdated:
            if record.fingerprint != fingerprint:
                raise KeyReused(
                    gettext("Send a new Idempotency-Key with a new request; this one came with another before.")
                )
            if record.state == State.COMPLETED:
                return StoredResponse(record.response_status or 200, record.response_headers, record.response_body)
            if record.locked_until > now:
                raise _in_progress(record.locked_until - now)
        _take_over(record, fresh)
        return Claim(record.pk, lease)


def _insert(record: IdempotencyRecord) -> int | None:
    """The id of the new row; None where the key is known. One statement, which commits by itself."""
    with connection.cursor() as cursor:
        cursor.execute(
            INSERT,
            {
                "scope": record.scope,
                "key": record.key,
                "fingerprint": record.fingerprint,
                "state": record.state,
                "lease": record.lease,
                "locked_until": record.locked_until,
                "created_at": record.created_at,
            },
        )
        row = cursor.fetchone()
    return row and row[0]


def _in_progress(left: timedelta) -> RequestInProgress:
    seconds = min(LONGEST_RETRY_AFTER, max(1, math.ceil(left.total_seconds())))
    return RequestInProgress(
        gettext("Wait for the first response, or try again."), headers={"Retry-After": str(seconds)}
    )


def _take_over(record: IdempotencyRecord, fresh: IdempotencyRecord) -> None:
    record.fingerprint, record.state = fresh.fingerprint, State.IN_PROGRESS
    record.lease, record.locked_until, record.created_at = fresh.lease, fresh.locked_until, fresh.created_at
    record.response_status, record.response_headers, record.response_body = None, {}, ""
    record.save()


def store_response(claim: Claim, response: StoredResponse) -> bool:
    """Store what later requests with the key get; False when the claim was lost to another worker meanwhile."""
    return bool(
        IdempotencyRecord.objects.filter(pk=claim.record_id, lease=claim.lease).update(
            state=State.COMPLETED,
            response_status=response.status,
            response_headers=response.headers,
            response_body=response.body,
        )
    )


def release_key(claim: Claim) -> None:
    """Forget the claim, so that the next request with the key does the work."""
    IdempotencyRecord.objects.filter(pk=claim.record_id, lease=claim.lease).delete()


def subject_scope(subject: str) -> str:
    """The scope of the keys of an account or a service."""
    return f"subject:{subject}"[:100]


def forget_subject(subject: str) -> None:
    """Delete the keys of a person whose account is gone: responses hold addresses and orders."""
    IdempotencyRecord.objects.filter(scope=subject_scope(subject)).delete()


def purge_keys() -> int:
    """Delete records older than KEPT_FOR; return how many."""
    deleted, _ = IdempotencyRecord.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()
    return deleted
