"""Redis and PostgreSQL with tokens for passwords, on a real Valkey and a real PostgreSQL; Entra ID alone is played."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg2
import pytest
import redis
from azure.core.credentials import AccessToken
from azure.core.exceptions import AzureError, ClientAuthenticationError, ServiceRequestError
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, connections
from kombu import Connection
from redis.exceptions import AuthenticationError

from apps.common.azure import identity
from apps.common.azure.postgresql.base import DatabaseWrapper
from apps.common.cache import ForgivingRedisCache
from apps.common.management.commands import prepare_database

CREDENTIALS = "apps.common.azure.identity.RedisCredentials"
OBJECT_ID = "00000000-0000-0000-0000-0000000000aa"


class Entra:
    """Gives out `token`, or fails; remembers the scopes that were asked for."""

    def __init__(self) -> None:
        self.token = jwt_of(OBJECT_ID, 1)
        self.error: AzureError | None = None
        self.scopes: list[str] = []

    def get_token(self, scope: str) -> AccessToken:
        self.scopes.append(scope)
        if self.error:
            raise self.error
        return AccessToken(self.token, 0)


def jwt_of(object_id: str, number: int) -> str:
    """Shaped as Entra's: three parts, of which the middle one says whose it is."""
    payload = base64.urlsafe_b64encode(json.dumps({"oid": object_id, "n": number}).encode()).decode().rstrip("=")
    return f"e30.{payload}.c2lnbmF0dXJl"


@pytest.fixture
def entra(monkeypatch) -> Entra:
    played = Entra()
    monkeypatch.setattr(identity, "credential", lambda: played)
    return played


@pytest.fixture
def redis_user(entra) -> Iterator[redis.Redis]:
    """An administrator of a Valkey on which the identity has a user whose password is its current token."""
    with redis.Redis.from_url(django_settings.REDIS_URL) as admin:
        admin.acl_setuser(OBJECT_ID, enabled=True, passwords=[f"+{entra.token}"], keys=["*"], commands=["+@all"])
        yield admin
        admin.acl_deluser(OBJECT_ID)


def test_the_cache_signs_in_with_a_token_and_with_the_next_one_when_it_was_disconnected(entra, redis_user):
    options = {"socket_timeout": 2, "credential_provider": identity.RedisCredentials()}
    cache = ForgivingRedisCache(django_settings.REDIS_URL, {"OPTIONS": options, "KEY_PREFIX": "azure-test"})
    cache.set("a", 1)
    assert cache.get("a") == 1
    old, entra.token = entra.token, jwt_of(OBJECT_ID, 2)
    redis_user.acl_setuser(OBJECT_ID, enabled=True, passwords=[f"-{old}", f"+{entra.token}"])
    # What Azure does when a token expires.
    [mine] = [client for client in redis_user.client_list() if client["user"] == OBJECT_ID]
    redis_user.client_kill_filter(_id=mine["id"])
    assert cache.get("a") == 1
    assert set(entra.scopes) == {identity.REDIS_SCOPE}
    cache.clear()


def test_the_broker_signs_in_with_a_token(entra, redis_user):
    """The address is built as the settings build it; kombu takes the class by its name."""
    with Connection(f"{django_settings.REDIS_URL}?credential_provider={CREDENTIALS}") as broker:
        queue = broker.SimpleQueue("azure-test")
        queue.put({"task": 1})
        assert {client["user"] for client in redis_user.client_list()} >= {OBJECT_ID}
        message = queue.get(timeout=5)
        assert message.payload == {"task": 1}
        message.ack()
        queue.queue.delete()


# Entra ID refuses, or cannot be reached: the credential that was chosen lets errors of the network pass as they are.
FAILURES = [
    ClientAuthenticationError(message="AADSTS700016: unknown application"),
    ServiceRequestError(message="Failed to resolve 'login.microsoftonline.com'"),
]


@pytest.mark.parametrize("error", FAILURES, ids=lambda error: type(error).__name__)
def test_without_a_token_redis_is_away(entra, redis_user, error):
    entra.error = error
    cache = ForgivingRedisCache(
        f"{django_settings.REDIS_URL}?client_name=refused",
        {"OPTIONS": {"credential_provider": identity.RedisCredentials()}},
    )
    assert cache.get("a", "miss") == "miss"
    with pytest.raises(AuthenticationError, match=f"No token for Redis: {error.message}"):
        identity.RedisCredentials().get_credentials()


@pytest.mark.django_db
def test_each_new_connection_to_the_database_has_a_fresh_token(entra):
    settings = {**connections["default"].settings_dict, "PASSWORD": ""}
    backend = DatabaseWrapper(settings)
    assert backend.get_connection_params()["password"] == entra.token
    entra.token = jwt_of(OBJECT_ID, 2)
    assert backend.get_connection_params()["password"] == entra.token
    entra.token = connections["default"].settings_dict["PASSWORD"]
    backend.connect()
    backend.close()
    assert set(entra.scopes) == {identity.DATABASE_SCOPE}


@pytest.mark.django_db
@pytest.mark.parametrize("error", FAILURES, ids=lambda error: type(error).__name__)
def test_without_a_token_the_database_is_unreachable(entra, error):
    entra.error = error
    with pytest.raises(OperationalError, match=f"No token for the database: {error.message}"):
        DatabaseWrapper({**connections["default"].settings_dict}).connect()


def settings_of(**environment: str) -> subprocess.CompletedProcess[str]:
    """What a fresh process makes of these variables."""
    program = (
        "import django, json; django.setup(); from django.conf import settings as s;"
        "print(json.dumps([s.DATABASES['default']['ENGINE'], s.CELERY_BROKER_URL,"
        " [type(v).__name__ for v in s.REDIS_OPTIONS.values()]]))"
    )
    return subprocess.run(
        [sys.executable, "-c", program], env=os.environ | environment, capture_output=True, text=True, check=False
    )


def test_two_variables_switch_passwords_off():
    run = settings_of(DATABASE_AUTHENTICATION="entra", REDIS_AUTHENTICATION="entra", REDIS_URL="rediss://r:10000/0")
    assert json.loads(run.stdout) == [
        "apps.common.azure.postgresql",
        f"rediss://r:10000/0?credential_provider={CREDENTIALS}",
        ["RedisCredentials"],
    ]


def test_another_way_to_sign_in_is_refused():
    run = settings_of(REDIS_AUTHENTICATION="kerberos")
    assert "REDIS_AUTHENTICATION must be password or entra, not 'kerberos'." in run.stderr


# --- prepare_database -------------------------------------------------------------------------------------------------


@pytest.fixture
def server(db, settings, monkeypatch) -> Iterator[str]:
    """The administrator's address of a server that has neither role nor database of the service `shop`."""
    own = connections["default"].settings_dict
    address = f"postgres://{own['USER']}:{own['PASSWORD']}@{own['HOST']}:{own['PORT']}/postgres"
    settings.ADMINISTRATOR_URL = address
    settings.DATABASE_AUTHENTICATION = "password"
    monkeypatch.setitem(settings.DATABASES, "default", {**own, "NAME": "shop", "USER": "shop", "PASSWORD": "first"})
    yield address
    with Administrator(address) as cursor:
        cursor.execute("DROP DATABASE IF EXISTS shop")
        for role in ("shop", "stranger"):
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            if cursor.fetchone():
                cursor.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")
        cursor.execute("DROP FUNCTION IF EXISTS pgaadauth_create_principal_with_oid")


class Administrator:
    def __init__(self, address: str) -> None:
        self.connection = psycopg2.connect(address)
        self.connection.autocommit = True

    def __enter__(self):
        return self.connection.cursor()

    def __exit__(self, *_: object) -> None:
        self.connection.close()


def prepare() -> None:
    call_command("prepare_database", verbosity=0)


def as_user(address: str, user: str, password: str, statement: str) -> None:
    parts = urlsplit(address)
    with psycopg2.connect(host=parts.hostname, port=parts.port, user=user, password=password, dbname="shop") as link:
        link.cursor().execute(statement)
    link.close()


def test_a_service_gets_a_role_and_a_database_of_its_own(server):
    prepare()
    as_user(server, "shop", "first", "CREATE TABLE t (n int); CREATE EXTENSION IF NOT EXISTS pg_trgm")
    with Administrator(server) as cursor:
        cursor.execute("SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = 'shop'")
        assert cursor.fetchone() == (False, False, False)
        cursor.execute("CREATE ROLE stranger LOGIN PASSWORD 'x'")
    with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
        as_user(server, "stranger", "x", "SELECT 1")


@pytest.fixture
def ordinary_administrator(server, settings) -> Iterator[str]:
    """The administrator of a managed server: it makes roles and databases, and is no superuser."""
    own = connections["default"].settings_dict
    with Administrator(server) as cursor:
        cursor.execute("CREATE ROLE keeper LOGIN CREATEROLE CREATEDB PASSWORD 'keeper'")
    settings.ADMINISTRATOR_URL = f"postgres://keeper:keeper@{own['HOST']}:{own['PORT']}/postgres"
    yield server
    with Administrator(server) as cursor:
        cursor.execute("DROP DATABASE IF EXISTS shop")
        cursor.execute("DROP OWNED BY keeper CASCADE; DROP ROLE IF EXISTS shop; DROP ROLE keeper")


def test_an_administrator_who_is_no_superuser_suffices(ordinary_administrator):
    prepare()
    prepare()
    as_user(ordinary_administrator, "shop", "first", "CREATE TABLE t (n int)")


def test_database_preparation_can_be_repeated_and_takes_a_changed_password(server, settings, monkeypatch):
    prepare()
    monkeypatch.setitem(settings.DATABASES["default"], "PASSWORD", "second")
    prepare()
    as_user(server, "shop", "second", "SELECT 1")


def test_a_database_that_was_the_administrator_s_is_given_away(server):
    """The servers of earlier releases: the service signed in as the administrator, which owned everything."""
    with Administrator(server) as cursor:
        cursor.execute("CREATE DATABASE shop")
    prepare()
    as_user(server, "shop", "first", "CREATE TABLE t (n int)")


@pytest.fixture
def entra_server(ordinary_administrator, entra, settings) -> None:
    """Azure's server as far as PostgreSQL goes: tokens for passwords, an administrator who is no superuser."""
    parts = urlsplit(settings.ADMINISTRATOR_URL)
    entra.token = parts.password
    settings.ADMINISTRATOR_URL = settings.ADMINISTRATOR_URL.replace(f":{parts.password}@", "@")
    settings.DATABASE_AUTHENTICATION, settings.DATABASE_PRINCIPAL_ID = "entra", OBJECT_ID


def test_with_entra_the_role_has_no_password_and_is_bound_to_the_identity_each_time(server, entra_server, monkeypatch):
    bound = []
    monkeypatch.setattr(
        prepare_database, "bind_to_identity", lambda cursor, role, principal: bound.append((role, principal))
    )
    prepare()
    prepare()
    assert bound == [("shop", OBJECT_ID)] * 2
    with Administrator(server) as cursor:
        cursor.execute("SELECT rolpassword, rolcanlogin FROM pg_authid WHERE rolname = 'shop'")
        assert cursor.fetchone() == (None, True)
        cursor.execute("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'shop'")
        assert cursor.fetchone() == ("shop",)


def test_a_refused_token_is_a_sentence(entra_server, entra):
    entra.error = ClientAuthenticationError(message="AADSTS700016: unknown application")
    with pytest.raises(CommandError, match="cannot be prepared: No token for the database: AADSTS700016"):
        prepare()


def test_the_binding_is_a_security_label_that_azure_s_server_reads(entra_server):
    """Any other server understands the statement and misses the provider."""
    with pytest.raises(CommandError, match='security label provider "pgaadauth" is not loaded'):
        prepare()


def test_a_refusal_is_a_sentence(server, settings):
    settings.ADMINISTRATOR_URL = server.replace("/postgres", "/nowhere")
    with pytest.raises(CommandError, match=r"The database of shop cannot be prepared: .*nowhere"):
        prepare()
    settings.ADMINISTRATOR_URL = ""
    with pytest.raises(CommandError, match="ADMINISTRATOR_URL is empty"):
        prepare()


def test_the_password_file_is_one_that_libpq_takes(db, tmp_path):
    path = tmp_path / "pgpass"
    call_command("write_pgpass", str(path))
    own = connection.settings_dict
    assert path.read_text() == f"*:*:*:{own['USER']}:{own['PASSWORD']}\n"
    with psycopg2.connect(
        host=own["HOST"], port=own["PORT"], user=own["USER"], dbname=own["NAME"], passfile=str(path)
    ) as link:
        assert link.status
    link.close()
    assert path.stat().st_mode & 0o077 == 0
