"""Addresses of the admins of all services."""

from __future__ import annotations

from django.conf import settings


def admin_url(service: str, path: str = "") -> str:
    """A page of a service's admin, behind the gateway: `admin_url("auth", f"accounts/user/{user_id}/change/")`."""
    return f"{settings.PUBLIC_URL}/api/{service}/admin/{path}"
