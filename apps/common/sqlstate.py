"""PostgreSQL's five-character error codes (https://www.postgresql.org/docs/current/errcodes-appendix.html)."""

from __future__ import annotations


def sqlstate_of(error: BaseException) -> str | None:
    """The code behind one of Django's database errors; None when the server could not say one, being away."""
    return getattr(error.__cause__, "pgcode", None)
