"""Reads of address books."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext

from apps.auth.accounts.models import Address, User
from apps.common.problems import NotFound


def address_of(user: User, address_id: UUID) -> Address:
    """An entry of the user's own book; raises NotFound for anybody else's."""
    address = user.addresses.filter(pk=address_id).first()
    if address is None:
        raise NotFound(gettext("There is no such address in your address book."))
    return address
