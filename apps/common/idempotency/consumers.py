"""Erases kept responses when an account is deleted."""

from __future__ import annotations

from apps.common.erasure import erases_person
from apps.common.idempotency.services import forget_subject

erases_person(lambda user_id: forget_subject(str(user_id)))
