"""pytest fixtures for every service: clients that carry a token, keys that need no `auth`, a clean cache."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.apps import apps
from django.conf import settings
from django.core.management.commands import flush
from django.utils.module_loading import autodiscover_modules
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from apps.common import task_queue
from apps.common.identity import jwks
from apps.common.testing.clients import ServiceTestClient
from apps.common.testing.tokens import PUBLIC_JWKS, access_token

# What `migrate` writes after the tables: no test changes it.
LASTING = {"django_content_type", "auth_permission", "auth_group", "auth_group_permissions"}


@pytest.fixture(autouse=True, scope="session")
def _fast_flush() -> Iterator[None]:
    """A test that commits empties the tables after it: to delete few rows takes a tenth of the time of TRUNCATE.

    Rights stay: to grant them again (`post_migrate`) took longer than the test.
    """

    def deletions(style: Any, connection: Any, **how: Any) -> list[str]:
        tables = set(connection.introspection.django_table_names(only_existing=True, include_views=False))
        names = (connection.ops.quote_name(table) for table in sorted(tables - LASTING))
        # No trigger, so also no foreign key and no protection of what is append-only.
        return ["SET LOCAL session_replication_role = replica", *(f"DELETE FROM {name}" for name in names)]  # noqa: S608  (names of our tables, quoted)

    with pytest.MonkeyPatch.context() as patch:
        # Every client of a test has its own handler, which would look through all static files first.
        patch.setattr(settings, "WHITENOISE_AUTOREFRESH", True, raising=False)
        patch.setattr(flush, "sql_flush", deletions)
        patch.setattr(flush, "emit_post_migrate_signal", lambda *args, **kwargs: None)
        yield


@pytest.fixture(autouse=True, scope="session")
def _one_tls_context() -> Iterator[None]:
    """An HTTP client reads the certificates of all authorities, in a 40th of a second; tests make thousands."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("httpx._transports.default.create_ssl_context", functools.cache(httpx.create_ssl_context))
        yield


@pytest.fixture(autouse=True, scope="session")
def _imported_tasks() -> None:
    """A task is sent by its name, so somebody must have imported it; in a worker Celery does."""
    autodiscover_modules("tasks")


@pytest.fixture(autouse=True)
def _known_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tokens of apps.common.testing.tokens verify, without a network."""
    monkeypatch.setattr(jwks, "keys", jwks.KeySet(fetch=lambda: PUBLIC_JWKS))


@pytest.fixture(autouse=True)
def _nothing_revoked(monkeypatch: pytest.MonkeyPatch) -> None:
    """No token is refused until a test revokes some, and no test counts the query that would look for them."""
    if apps.is_installed("apps.common.revocation"):
        from apps.common.revocation.lookup import revocations

        monkeypatch.setattr(revocations, "_rows", {})
        monkeypatch.setattr(revocations, "_good_until", float("inf"))


@pytest.fixture(autouse=True)
def _own_cache(settings: Settings) -> None:
    """Each test starts with an empty cache of its own, in memory; tests about Redis ask for it by settings."""
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": uuid.uuid4().hex}
    }


@pytest.fixture(autouse=True)
def _inline_tasks(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tasks sent on commit run at once, in this process; files land in the test's own folder."""
    from celery import current_app

    current_app.conf.task_always_eager = True
    current_app.conf.task_eager_propagates = True
    monkeypatch.setattr(task_queue, "BATCH_SECONDS", 0.0)
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def api_client() -> APIClient:
    """An anonymous caller. Server errors come back as responses, the way a stranger sees them."""
    return _client()


@pytest.fixture
def as_user() -> Callable[..., APIClient]:
    """`as_user(user_id)`: a customer."""
    return lambda user_id=None, **claims: _client(access_token(user_id, **claims))


@pytest.fixture
def as_staff() -> Callable[..., APIClient]:
    """`as_staff("catalog_staff")`: a person with these roles."""
    return lambda *roles, user_id=None: _client(access_token(user_id, roles=roles))


@pytest.fixture
def as_service() -> Callable[..., APIClient]:
    """`as_service("payment", "stock:reserve")`: another service with these scopes."""
    return lambda name, *scopes: _client(access_token(service=name, scopes=scopes))


def _client(token: str | None = None) -> APIClient:
    client = ServiceTestClient()
    if token:
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client
