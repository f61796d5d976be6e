"""The client of auth: whose account an e-mail address is, and the addresses of accounts.

For staff alone; what customers do never waits for auth. Never called inside a database transaction.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass

from apps.common.http import SERVICE, ServiceClient

client = ServiceClient("auth", timeout=3.0)
# What auth looks up at once.
MAX_ACCOUNTS = 100


@dataclass(frozen=True, slots=True)
class Account:
    """A customer, as staff recognise one."""

    id: uuid.UUID
    email: str
    name: str


def account_by_email(email: str) -> Account | None:
    """None when there is no such account. Raises Unavailable while auth is down, RemoteProblem when it refuses."""
    found = _fetch(email=email)
    return found[0] if found else None


def accounts_by_id(ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Account]:
    """Accounts by their id, of the first hundred ids; without those that were deleted. Raises as `account_by_email`."""
    wanted = sorted(set(ids))[:MAX_ACCOUNTS]
    if not wanted:
        return {}
    return {account.id: account for account in _fetch(ids=",".join(map(str, wanted)))}


def _fetch(**params: str) -> list[Account]:
    body = client.get("/internal/accounts", params=params, token=SERVICE).json_or_raise()
    return [Account(uuid.UUID(row["id"]), row["email"], row["name"]) for row in body["results"]]
