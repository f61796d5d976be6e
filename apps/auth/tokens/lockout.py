"""Guessing passwords gets slow: failures are counted in the database, since Redis may be away.

Three keys are counted: the account from one address (a person's own mistakes), the address (one guesser, many
accounts) and the account (many guessers, one account). Each lock is short and grows with further failures up to a
ceiling, so that nobody can lock somebody else out for long.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from apps.auth.tokens.models import SignInFailures

# Failures older than this are forgotten.
MEMORY = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Limit:
    """Locks from `free` failures on, for 2, 4, 8 … seconds, at most `ceiling`."""

    prefix: str
    free: int
    ceiling: int


PAIR = Limit("pair", 5, 300)
ADDRESS = Limit("address", 50, 300)
ACCOUNT = Limit("account", 100, 60)


def _keys(email: str, address: str) -> dict[str, Limit]:
    return {
        f"pair:{email}|{address}"[:400]: PAIR,
        f"address:{address}"[:400]: ADDRESS,
        f"account:{email}"[:400]: ACCOUNT,
    }


def seconds_locked(email: str, address: str) -> int:
    """How long this caller must wait before the next try; 0 when not at all."""
    now = timezone.now()
    locks = SignInFailures.objects.filter(key__in=_keys(email, address), locked_until__gt=now)
    waits = [(until - now).total_seconds() for until in locks.values_list("locked_until", flat=True)]
    return int(max(waits, default=0)) + bool(waits)


def record_failure(email: str, address: str) -> None:
    """Count one failure under each key, in one statement each, so that parallel guesses all count."""
    now = timezone.now()
    with connection.cursor() as cursor:
        for key, limit in sorted(_keys(email, address).items()):
            cursor.execute(
                """
                INSERT INTO tokens_signinfailures AS f (key, count, last_at, locked_until)
                VALUES (%(key)s, 1, %(now)s, %(now)s)
                ON CONFLICT (key) DO UPDATE SET
                    count = CASE WHEN f.last_at < %(forget)s THEN 1 ELSE f.count + 1 END,
                    last_at = %(now)s,
                    locked_until = CASE
                        WHEN f.last_at >= %(forget)s AND f.count + 1 >= %(free)s
                        THEN %(now)s + make_interval(
                            secs => least(%(ceiling)s, 2.0 ^ least(f.count + 2 - %(free)s, 20))
                        )
                        ELSE %(now)s END
                """,
                {"key": key, "now": now, "forget": now - MEMORY, "free": limit.free, "ceiling": limit.ceiling},
            )


def forget(email: str, address: str) -> None:
    """A success clears the person's own mistakes, not what others do to the account."""
    SignInFailures.objects.filter(key=f"pair:{email}|{address}"[:400]).delete()
