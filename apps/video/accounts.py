"""The client of auth: whose account an e-mail address is, and the addresses of accounts.

For staff alone; what customers do never waits for auth. Never called inside a database transaction.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass

import structlog
from django.utils.translation import gettext

from apps.common.http import SERVICE, RemoteProblem, ServiceClient, Unavailable
from apps.common.problems import ServiceUnavailable, ValidationProblem

log = structlog.get_logger(__name__)
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


def account_named(text: str) -> Account:
    """The account that staff name by its e-mail address or its id.

    Raises ValidationProblem when there is none, ServiceUnavailable while auth is down.
    """
    text = text.strip()
    try:
        user_id = None if "@" in text else uuid.UUID(text)
    except ValueError:
        raise _invalid_account(gettext("Enter an e-mail address, or the id of an account.")) from None
    try:
        account = accounts_by_id([user_id]).get(user_id) if user_id else account_by_email(text)
    except (Unavailable, RemoteProblem) as error:
        raise ServiceUnavailable(
            gettext("Accounts cannot be looked up just now. Try again in a minute."), headers={"Retry-After": "60"}
        ) from error
    if account is None:
        raise _invalid_account(gettext("There is no such account. Check what you typed."))
    return account


def known_accounts(ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Account]:
    """As `accounts_by_id`, and none while auth is down: lists are shown without addresses."""
    try:
        return accounts_by_id(ids)
    except (Unavailable, RemoteProblem) as error:
        log.warning("accounts not found, auth is unavailable", error=str(error))
        return {}


def _invalid_account(message: str) -> ValidationProblem:
    return ValidationProblem(message, errors={"account": [message]})


def _fetch(**params: str) -> list[Account]:
    body = client.get("/internal/accounts", params=params, token=SERVICE).json_or_raise()
    return [Account(uuid.UUID(row["id"]), row["email"], row["name"]) for row in body["results"]]
