"""Mirroring accounts of `auth` into the local staff table, and taking access away again."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import Group
from django.db import transaction
from django.http import HttpRequest

from apps.common.identity.principal import Principal
from apps.common.revocation.lookup import RevocationCopy
from apps.common.staff.models import StaffUser

STAFF_ROLES = frozenset({"catalog_staff", "support_staff", "video_staff", "admin"})
DELETED_EMAIL = "deleted@streamcart.invalid"


@dataclass(frozen=True, slots=True)
class StaffAccount:
    """An account as `auth` describes it."""

    user_id: uuid.UUID
    email: str
    name: str
    roles: frozenset[str]


class AccessChanged(Exception):
    """The account was changed between the check of its password and this moment."""


def sign_in_staff(principal: Principal) -> StaffUser | None:
    """The local user for a principal that has just signed in; None when no staff role is held.

    Raises AccessChanged when an event has overtaken the token: what the token says is no longer true.
    """
    if principal.user_id is None:
        return None
    account = StaffAccount(principal.user_id, principal.email, principal.name, principal.roles)
    with transaction.atomic():
        user = mirror_staff(account)
        # Behind the lock of the user's row, which the event's handler takes too: it was before us, or comes after us.
        if RevocationCopy().covers(principal):
            transaction.set_rollback(True)
            raise AccessChanged
        return user


@transaction.atomic
def mirror_staff(account: StaffAccount) -> StaffUser | None:
    """The local user of an account, with one group per role; None when no staff role is held.

    Somebody who lost the roles since the last time loses access here too.
    """
    roles = account.roles & STAFF_ROLES
    if not roles:
        withdraw_access(account.user_id)
        return None
    user, _ = StaffUser.objects.update_or_create(
        pk=account.user_id,
        defaults={
            "email": account.email,
            "name": account.name,
            "is_staff": True,
            "is_active": True,
            "is_superuser": "admin" in roles,
        },
    )
    if user.has_usable_password():
        user.end_sessions()
        user.save(update_fields=["password"])
    user.groups.set([Group.objects.get_or_create(name=role)[0] for role in sorted(roles)])
    return user


@transaction.atomic
def withdraw_access(user_id: uuid.UUID, *, kept_roles: Iterable[str] = ()) -> None:
    """End every session of a member of staff and take away all roles but `kept_roles`.

    Gives nothing: new roles come with the next sign-in. So an event may be handled late or twice.
    """
    user = StaffUser.objects.select_for_update().filter(pk=user_id).first()
    if user is None:
        return
    kept = STAFF_ROLES.intersection(kept_roles)
    user.end_sessions()
    user.is_staff = user.is_staff and bool(kept)
    user.is_superuser = user.is_superuser and "admin" in kept
    user.save(update_fields=["password", "is_staff", "is_superuser"])
    user.groups.remove(*user.groups.exclude(name__in=kept))


@transaction.atomic
def forget_staff_member(user_id: uuid.UUID) -> None:
    """The account was deleted: the row stays for the admin's history, without the person."""
    withdraw_access(user_id)
    StaffUser.objects.filter(pk=user_id).update(is_active=False, email=DELETED_EMAIL, name="")


def staff_email(request: HttpRequest) -> str:
    """The address of the signed-in member of staff; in the admin there always is one."""
    return str(getattr(request.user, "email", ""))
