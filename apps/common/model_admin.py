"""Mixins for model admins and inlines."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


class ReadOnly:
    """Makes a ModelAdmin or an inline read-only; stands before it among the bases."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
