"""PostgreSQL's five-character error codes (https://www.postgresql.org/docs/current/errcodes-appendix.html)."""

from __future__ import annotations

# unique_violation, foreign_key_violation, exclusion_violation: another writer was there first.
RACES = frozenset({"23505", "23503", "23P01"})


def sqlstate_of(error: BaseException) -> str | None:
    """The code behind one of Django's database errors; None when the server could not say one, being away."""
    return getattr(error.__cause__, "pgcode", None)
