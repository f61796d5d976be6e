"""Mails that a row owes: a column, `mail_due_at`, says since when, and is null once the mail is out.

The row is written in the transaction of what the mail reports, which also sends the task. Should Redis be away or the
mail server fail, a periodic job sends what is due.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from django.core.mail import EmailMultiAlternatives
from django.db.models import Model
from django.utils import timezone

from apps.common.jobs.services import for_each, resting
from apps.common.leases import Lease, claim

log = structlog.get_logger(__name__)
# While one worker is at a mail no other takes it; after a failure it is due again then.
RETRY_AFTER = timedelta(minutes=5)
# Long enough for the task that was sent with the row.
GRACE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class MailQueue[M: Model]:
    """The mails of one model; `compose` returns None where there is nobody to write to any more."""

    model: type[M]
    job: str
    compose: Callable[[UUID], EmailMultiAlternatives | None]
    # The column that says since when the mail is owed.
    field: str = "mail_due_at"

    def send(self, pk: UUID | str) -> bool:
        """Send the mail if it is still owed; False when it is not. Raises OSError when the mail server failed.

        It is sent once, but for a crash between sending and recording that.
        """
        lease: Lease[M] | None = claim(self._rows(), pk, field=self.field, duration=RETRY_AFTER)
        if lease is None:
            return False
        message = self.compose(UUID(str(pk)))
        if message is not None:
            message.send()
        # Not when another mail has become due meanwhile.
        lease.held().update(**{self.field: None})
        return message is not None

    def send_now(self, pk: UUID | str) -> None:
        """`send` for a task: what fails here is left to the periodic job."""
        try:
            self.send(pk)
        except OSError as error:  # smtplib's errors are among them
            log.warning("mail not sent; it is tried again", job=self.job, item=str(pk), error=str(error))

    def send_due(self, limit: int) -> int:
        """Send mails that could not be sent, or whose task was lost; returns how many."""
        due = self._rows().filter(**{f"{self.field}__lte": timezone.now() - GRACE}).exclude(pk__in=resting(self.job))
        ids = list(due.order_by(self.field).values_list("pk", flat=True)[:limit])
        return for_each(ids, self.send, job=self.job, give_up=self._abandon)

    def _abandon(self, pk: UUID, reason: str) -> None:
        self._rows().filter(pk=pk).update(**{self.field: None})

    def _rows(self) -> Any:
        return self.model._default_manager.all()
