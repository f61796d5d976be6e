"""Bearer tokens for services that have a database: verified, and not revoked meanwhile."""

from __future__ import annotations

from django.utils.translation import gettext
from rest_framework.request import Request

from apps.common.identity.authentication import CHALLENGE, BearerAuthentication, InvalidToken
from apps.common.identity.principal import Principal
from apps.common.revocation.lookup import revocations


class RevocableBearerAuthentication(BearerAuthentication):
    """Refuses the tokens of accounts that were closed, deleted or changed after the token was issued."""

    def authenticate(self, request: Request) -> tuple[Principal, str] | None:
        found = super().authenticate(request)
        if found and revocations.covers(found[0]):
            raise InvalidToken(gettext("This sign-in has ended. Sign in again."), headers=CHALLENGE)
        return found
