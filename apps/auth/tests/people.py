"""People of the tests, and what they hold in their hands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from rest_framework.test import APIClient

from apps.auth.accounts.models import User

PASSWORD = "correct horse battery"
PHONE = {"HTTP_USER_AGENT": "Ada's phone", "HTTP_X_FORWARDED_FOR": "203.0.113.7"}


@dataclass
class Person:
    """An account and a device that is signed in to it."""

    user: User
    client: APIClient
    tokens: dict[str, Any]

    @property
    def email(self) -> str:
        return self.user.email


def link_token(message: Any) -> str:
    """The token of the link in a mail."""
    link = next(line for line in message.body.splitlines() if line.startswith("http"))
    return parse_qs(urlsplit(link).query)["token"][0]
