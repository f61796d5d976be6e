"""Staff in the admin, and the auth service that knows customers by e-mail address."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator

import httpx
import pytest
import respx
from django.conf import settings
from django.contrib.auth.models import Group
from django.test import Client

from apps.common.http import client as http_client
from apps.common.identity import service_tokens
from apps.common.staff.models import StaffUser
from apps.video.titles.apps import grant_staff_permissions

ADA = {"id": str(uuid.uuid4()), "email": "ada@example.com", "name": "Ada"}


@pytest.fixture
def sign_in(db) -> Callable[[str], Client]:
    """`sign_in("video_staff")`: a browser at the admin."""

    def browser(role: str) -> Client:
        grant_staff_permissions()
        user = StaffUser.objects.create(pk=uuid.uuid4(), email="staff@example.com", is_staff=True)
        user.groups.add(Group.objects.get(name=role))
        client = Client()
        client.force_login(user, backend="apps.common.staff.backends.AuthServiceBackend")
        return client

    return browser


@pytest.fixture
def ada() -> dict[str, str]:
    """The one account that auth knows."""
    return ADA


def found(request: httpx.Request) -> httpx.Response:
    """As auth responds: Ada alone has an account."""
    query = request.url.params
    is_ada = query.get("email", "").lower() == ADA["email"] or ADA["id"] in query.get("ids", "").split(",")
    return httpx.Response(200, json={"results": [ADA] if is_ada else []})


@pytest.fixture
def auth() -> Iterator[respx.MockRouter]:
    """The auth service."""
    http_client.forget_targets()
    service_tokens.forget_service_token()
    with respx.mock(assert_all_called=False) as router:
        token = {"access_token": "t", "expires_in": 600, "token_type": "Bearer", "scope": "accounts:read"}
        router.post(f"{settings.SERVICE_URLS['auth']}/v1/tokens/service").respond(json=token)
        router.get(f"{settings.SERVICE_URLS['auth']}/internal/accounts").mock(side_effect=found)
        yield router
    http_client.forget_targets()
    service_tokens.forget_service_token()
