"""Permissions of the staff's roles in a service's admin."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import Group, Permission


def grant(role: str, codenames: Iterable[str]) -> None:
    """Give the group of `role` exactly these permissions (`"products.change_product"`); for post_migrate.

    Names that do not exist yet (another app's permissions come later in the same migrate) are left out and come with
    the next call.
    """
    wanted = {tuple(name.split(".", 1)) for name in codenames}
    labels = {label for label, _ in wanted}
    candidates = Permission.objects.filter(content_type__app_label__in=labels).select_related("content_type")
    group, _ = Group.objects.get_or_create(name=role)
    group.permissions.set([p for p in candidates if (p.content_type.app_label, p.codename) in wanted])
