"""Writes to address books."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.auth.accounts.models import Address, User
from apps.auth.accounts.selectors import address_of
from apps.common.addresses import ADDRESS_FIELDS, cleaned_address
from apps.common.problems import Conflict, ValidationProblem

MAX_ADDRESSES = 50


class AddressBookFull(Conflict):
    slug, title = "address-book-full", _("The address book is full")


def add_address(user: User, **fields: Any) -> Address:
    """A new entry; the first one becomes the default. Raises AddressBookFull."""
    with transaction.atomic(durable=True):
        _lock(user)
        count = user.addresses.count()
        if count >= MAX_ADDRESSES:
            raise AddressBookFull(
                gettext("You can save up to %(count)s addresses. Delete one first.") % {"count": MAX_ADDRESSES}
            )
        fields["is_default"] = fields.get("is_default", False) or count == 0
        if fields["is_default"]:
            user.addresses.filter(is_default=True).update(is_default=False)
        return user.addresses.create(**fields)


def change_address(user: User, address_id: UUID, **fields: Any) -> Address:
    """Change an own entry; the default stays it until another one becomes it.

    Raises NotFound for anybody else's, ValidationProblem when the changed address is none of its country.
    """
    with transaction.atomic(durable=True):
        _lock(user)
        address = address_of(user, address_id)
        if address.is_default:
            fields["is_default"] = True
        elif fields.get("is_default"):
            user.addresses.filter(is_default=True).update(is_default=False)
        for name, value in (fields | _checked(address, fields)).items():
            setattr(address, name, value)
        address.save()
        return address


def _checked(address: Address, changes: dict[str, Any]) -> dict[str, str]:
    """The changed fields as they are kept; what is not changed may be older than today's rules."""
    changed = [name for name in ADDRESS_FIELDS if name in changes]
    if not changed:
        return {}
    cleaned, errors = cleaned_address({name: changes.get(name, getattr(address, name)) for name in ADDRESS_FIELDS})
    if errors:
        raise ValidationProblem(gettext("The address cannot be used; see errors."), errors=errors)
    return {name: cleaned[name] for name in changed}


def remove_address(user: User, address_id: UUID) -> None:
    """Delete an own entry; after the default the newest one follows. Raises NotFound for anybody else's."""
    with transaction.atomic(durable=True):
        _lock(user)
        address = address_of(user, address_id)
        address.delete()
        heir = user.addresses.order_by("-created_at", "-id").first() if address.is_default else None
        if heir:
            heir.is_default = True
            heir.save(update_fields=["is_default"])


def _lock(user: User) -> None:
    """One change of a book at a time: the count and the one default must hold."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
