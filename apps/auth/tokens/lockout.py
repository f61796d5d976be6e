"""Guessing passwords gets slow. Attempts are counted in the database, since Redis may be away.

Three keys are counted: the account from one address (a person's own mistakes, one guesser), the address (one guesser,
many accounts) and the account (many guessers, one account). Rules, and why:

- An attempt is recorded before the password is checked and forgiven when it was right. So a hundred guesses sent at
  once get no more attempts than a hundred sent in turn.
- Locks are short and double with each further failure up to a ceiling of minutes; 15 quiet minutes forget everything.
- An address from which the account signed in lately is only held to its own mistakes. So strangers who fail on
  purpose, even behind the same proxy, cannot keep people out on the devices they use.
- Setting a new password by mail clears all locks of the account: the way in that no attacker can bar.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.auth.tokens.models import Session, SignInFailures
from apps.common.problems import Problem

# Failures are forgotten after this long without another one.
MEMORY = timedelta(minutes=15)
KNOWN_FOR = timedelta(days=30)


class TooManyAttempts(Problem):
    status, slug, title = 429, "too-many-attempts", _("Too many failed attempts")


@dataclass(frozen=True, slots=True)
class Limit:
    """From attempt number `free` on, each is followed by a lock of 2, 4, 8 … seconds, at most `ceiling`."""

    free: int
    ceiling: int

    def seconds_after(self, count: int) -> int:
        over = count - self.free
        return 0 if over < 0 else min(self.ceiling, 2 ** min(over + 1, 20))


PAIR = Limit(free=5, ceiling=300)
ADDRESS = Limit(free=50, ceiling=300)
ACCOUNT = Limit(free=100, ceiling=60)


def record_attempt(email: str, address: str) -> None:
    """Count an attempt that is about to be made. Raises TooManyAttempts, uncounted, while one of its keys is locked."""
    limits = _limits(email, address)
    with transaction.atomic(durable=True):
        rows = _locked_rows(email, limits)
        now = timezone.now()
        wait = max(((row.locked_until - now).total_seconds() for row in rows.values() if row.locked_until), default=0)
        if wait > 0:
            seconds = math.ceil(wait)
            detail = gettext("Too many failed attempts. Wait %(seconds)s seconds, then try again.")
            raise TooManyAttempts(detail % {"seconds": seconds}, headers={"Retry-After": str(seconds)})
        for key, row in rows.items():
            row.count = row.count + 1 if row.last_at > now - MEMORY else 1
            row.last_at = now
            lock = limits[key].seconds_after(row.count)
            row.locked_until = now + timedelta(seconds=lock) if lock else None
            row.save(update_fields=["count", "last_at", "locked_until"])


def forgive_attempt(email: str, address: str) -> None:
    """The attempt was right: forget this person's mistakes, and take the attempt off the keys that others share."""
    limits = _limits(email, address)
    with transaction.atomic(durable=True):
        for key, row in _locked_rows(email, limits).items():
            row.count = 0 if limits[key] is PAIR else max(0, row.count - 1)
            row.locked_until = None
            row.save(update_fields=["count", "locked_until"])


def forget_account(email: str) -> None:
    """Clear every lock of an account (not those of addresses)."""
    SignInFailures.objects.filter(account=_digest(email)).delete()


def _limits(email: str, address: str) -> dict[str, Limit]:
    limits = {_digest("pair", email, address): PAIR}
    since = timezone.now() - KNOWN_FOR
    if not Session.objects.filter(user__email=email, address=address, created_at__gt=since).exists():
        limits |= {_digest("address", address): ADDRESS, _digest("account", email): ACCOUNT}
    return limits


def _locked_rows(email: str, limits: dict[str, Limit]) -> dict[str, SignInFailures]:
    """The counters by key, made where missing, locked in the order of their keys so that nobody deadlocks."""
    now = timezone.now()
    account = _digest(email)
    new = [
        SignInFailures(key=key, account="" if limits[key] is ADDRESS else account, last_at=now)
        for key in sorted(limits)
    ]
    SignInFailures.objects.bulk_create(new, ignore_conflicts=True)
    rows = SignInFailures.objects.select_for_update().filter(key__in=limits).order_by("key")
    return {row.key: row for row in rows}


def _digest(*parts: str) -> str:
    """Keys are hashes: what people type into the e-mail field (at times their password) is not kept."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
