"""Forgetting people whose account was deleted.

    @erases_person                            # in <app>/consumers.py of any service
    def forget_reviews(user_id: UUID) -> None: ...

Every function that is registered runs in the transaction of `user.deleted`, and again some times later: a request that
was under way when the account went, or an event of another service that arrives late, may have written something after
the first time. So it must bear being repeated. `was_deleted` lets other handlers leave a deleted person out at once.

Kept for good is the id of the account and when it was deleted: events may be read again from the start, and would bring
the person back.
"""

from __future__ import annotations

from apps.common.erasure.registry import erases_person

__all__ = ["erases_person"]
