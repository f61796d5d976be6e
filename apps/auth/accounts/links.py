"""Signed, expiring, single-use links for mails. Nothing about them is stored."""

from __future__ import annotations

from datetime import timedelta

from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.auth.accounts.models import User
from apps.common.problems import Problem

VERIFY = "verify-email"
RESET = "reset-password"
LIFETIMES = {VERIFY: timedelta(days=3), RESET: timedelta(hours=1)}


class InvalidLink(Problem):
    status, slug, title = 400, "invalid-link", _("This link does not work any more")


def make_token(user: User, purpose: str) -> str:
    """A token for one purpose that stops working once the account's state changes (used, password changed)."""
    return signing.dumps([str(user.pk), _fingerprint(user)], salt=purpose, compress=True)


def user_of(token: str, purpose: str, *, locked: bool = False) -> User:
    """The account a token was made for; raises InvalidLink when it is altered, expired or used.

    With `locked` (in a transaction) nobody else can use the same link until the transaction ends.
    """
    users = User.objects.select_for_update(no_key=True) if locked else User.objects.all()
    try:
        user_id, fingerprint = signing.loads(token, salt=purpose, max_age=LIFETIMES[purpose])
        user = users.get(pk=user_id, is_active=True)
    except (signing.BadSignature, User.DoesNotExist, ValidationError, ValueError, TypeError) as error:
        raise InvalidLink(gettext("This link has expired or is damaged. Ask for a new one.")) from error
    if fingerprint != _fingerprint(user):
        raise InvalidLink(gettext("This link was used already. Sign in, or ask for a new one."))
    return user


def _fingerprint(user: User) -> str:
    """Changes when the link is used: verifying sets the time, resetting changes the password."""
    state = f"{user.email}|{user.email_verified_at}|{user.password}"
    return salted_hmac("apps.auth.accounts.links", state).hexdigest()[:16]
