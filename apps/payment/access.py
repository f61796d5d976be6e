"""Who may see a cart or an order: the account that it belongs to, or a guest who knows its secret; and where customers
are sent back to.

Secrets are shown once and stored as a hash.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext
from rest_framework.request import Request

from apps.common.identity.permissions import caller_or_none
from apps.common.problems import ValidationProblem

CART_SECRET_HEADER = "X-Cart-Secret"  # noqa: S105  (a header's name)
ORDER_SECRET_HEADER = "X-Order-Secret"  # noqa: S105  (a header's name)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent a request: an account, or a guest (`user_id` None) with the secret of a cart or an order."""

    user_id: uuid.UUID | None = None
    secret: str | None = None
    is_support: bool = False

    def owns(self, *, user_id: uuid.UUID | None, secret_hash: str) -> bool:
        """Whether what belongs to this account, or was given out with this secret, is the caller's. An account that
        claimed a guest's order shares it with the secret in the mail."""
        if user_id is not None and user_id == self.user_id:
            return True
        return matches(self.secret, secret_hash)


def caller_of(request: Request, *, secret_header: str = "") -> Caller:
    """Who sent the request; `secret_header` names the header with a guest's secret."""
    secret = request.headers.get(secret_header) if secret_header else None
    principal = caller_or_none(request)
    if principal is None:
        return Caller(secret=secret)
    user_id = principal.user_id
    is_support = user_id is not None and principal.has_role("support_staff")
    return Caller(user_id=user_id, secret=secret, is_support=is_support)


def new_secret() -> str:
    """256 random bits, safe in URLs and headers."""
    return secrets.token_urlsafe(32)


def order_secret(order_id: uuid.UUID) -> str:
    """A guest's secret for an order. Derived from the id whenever it is needed (for the mail, or when the first
    response got lost), so that it need not be stored; only its digest is, which survives a change of SECRET_KEY."""
    return salted_hmac("apps.payment.order", str(order_id), algorithm="sha256").hexdigest()


def digest(secret: str) -> str:
    """The hash that is stored of a secret. No salt is needed: the secret is random, so no table can hold it."""
    return hashlib.sha256(secret.encode()).hexdigest()


def matches(secret: str | None, stored: str) -> bool:
    """Whether this is the secret whose digest is stored; nothing matches where nothing is stored."""
    if not (secret and stored):
        return False
    return constant_time_compare(digest(secret), stored)


def require_own_address(url: str) -> str:
    """Customers are only sent back to the shop itself, never to where a forged request says. Raises
    ValidationProblem."""
    if not url:
        return ""
    wanted, own = urlsplit(url), urlsplit(settings.PUBLIC_URL)
    if (wanted.scheme, wanted.netloc) != (own.scheme, own.netloc):
        message = gettext("It must begin with %(url)s.") % {"url": f"{settings.PUBLIC_URL}/"}
        raise ValidationProblem(gettext("The return address cannot be used."), errors={"return_url": [message]})
    return url
