"""Mirroring an account of `auth` into the local staff table."""

from __future__ import annotations

from django.contrib.auth.models import Group
from django.db import transaction

from apps.common.identity.principal import Principal
from apps.common.staff.models import StaffUser

STAFF_ROLES = frozenset({"catalog_staff", "support_staff", "video_staff", "admin"})


@transaction.atomic
def mirror_staff(principal: Principal) -> StaffUser | None:
    """The local user for a verified principal, with one group per role; None when no staff role is held.

    Somebody who lost the roles since the last sign-in loses access here too.
    """
    roles = principal.roles & STAFF_ROLES
    if principal.user_id is None:
        return None
    if not roles:
        StaffUser.objects.filter(pk=principal.user_id).update(is_staff=False, is_superuser=False)
        return None
    user, _ = StaffUser.objects.update_or_create(
        pk=principal.user_id,
        defaults={
            "email": principal.email,
            "name": principal.name,
            "is_staff": True,
            "is_active": True,
            "is_superuser": "admin" in roles,
        },
    )
    if user.has_usable_password():
        user.set_unusable_password()
        user.save(update_fields=["password"])
    user.groups.set([Group.objects.get_or_create(name=role)[0] for role in sorted(roles)])
    return user
