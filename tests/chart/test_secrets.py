"""The secret generator against an API server's responses: everything once, nothing twice, nothing changed."""

from __future__ import annotations

import base64
import copy
import importlib.util
import json
import threading
import urllib.error
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cryptography.fernet import Fernet

from devtools.checks.chart_schema import CHART
from tests.chart.render import find, render

specification = importlib.util.spec_from_file_location(
    "generator", CHART / "charts" / "auth" / "files" / "generate_secrets.py"
)
generator = importlib.util.module_from_spec(specification)
specification.loader.exec_module(generator)


class Cluster(ThreadingHTTPServer):
    """As much of an API server as Secrets need: stringData is written to data, names are taken once."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.secrets: dict[str, dict] = {}
        self.writes: list[str] = []
        self.forbidden: set[str] = set()

    def values(self, namespace: str, name: str) -> dict[str, str]:
        data = self.secrets[f"/api/v1/namespaces/{namespace}/secrets/{name}"]["data"]
        return {key: base64.b64decode(value).decode() for key, value in data.items()}


class _Handler(BaseHTTPRequestHandler):
    server: Cluster

    def do_GET(self) -> None:
        if self._is_allowed():
            found = self.server.secrets.get(self.path)
            self._respond(200 if found else 404, found or {})

    def do_POST(self) -> None:
        if self._is_allowed():
            body = self._body()
            path = f"{self.path}/{body['metadata']['name']}"
            if path in self.server.secrets:
                self._respond(409, {})
                return
            self.server.secrets[path] = {"metadata": body["metadata"], "data": self._encoded(body)}
            self.server.writes.append(f"POST {path}")
            self._respond(201, self.server.secrets[path])

    def do_PATCH(self) -> None:
        assert self.headers["Content-Type"] == "application/merge-patch+json"
        if self._is_allowed():
            self.server.secrets[self.path]["data"] |= self._encoded(self._body())
            self.server.writes.append(f"PATCH {self.path}")
            self._respond(200, self.server.secrets[self.path])

    def _is_allowed(self) -> bool:
        assert self.headers["Authorization"] == "Bearer token-of-the-pod"
        if self.path.split("/")[4] in self.server.forbidden:
            self._respond(403, {"message": "secrets is forbidden"})
            return False
        return True

    def _body(self) -> dict:
        return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

    @staticmethod
    def _encoded(body: dict) -> dict[str, str]:
        return {key: base64.b64encode(value.encode()).decode() for key, value in body["stringData"].items()}

    def _respond(self, status: int, body: dict) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Be quiet."""


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    server = Cluster()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def api(cluster):
    return generator.Api(f"http://127.0.0.1:{cluster.server_port}", "token-of-the-pod")


@pytest.fixture
def table() -> dict:
    """What the chart hands to the generator."""
    return json.loads(find(render(), "ConfigMap", "secret-generator")["data"]["secrets.json"])


def test_every_secret_is_generated_and_shared_values_agree(cluster, api, table):
    generator.generate(api, table)
    assert len(cluster.secrets) == 6
    catalog, auth = cluster.values("catalog", "catalog-secrets"), cluster.values("auth", "auth-secrets")
    redis = cluster.values("redis", "redis-secrets")
    assert catalog["SERVICE_SECRET"] == auth["SERVICE_SECRET_CATALOG"]
    assert catalog["REDIS_PASSWORD"] == redis["CATALOG_PASSWORD"]
    assert catalog["SECRET_KEY"] not in (auth["SECRET_KEY"], catalog["DATABASE_PASSWORD"])
    Fernet(auth["KEY_ENCRYPTION_KEY"])
    Fernet(cluster.values("video", "video-secrets")["KEY_ENCRYPTION_KEY"])
    Fernet(cluster.values("frontend", "ui-secrets")["COOKIE_KEY"])


def test_second_run_changes_nothing(cluster, api, table):
    generator.generate(api, table)
    before, writes = copy.deepcopy(cluster.secrets), len(cluster.writes)
    generator.generate(api, table)
    assert cluster.secrets == before
    assert len(cluster.writes) == writes


def test_new_keys_are_added_to_existing_secrets(cluster, api, table):
    generator.generate(api, table)
    before = cluster.values("catalog", "catalog-secrets")
    table["catalog"]["catalog-secrets"]["NEW_KEY"] = "catalog-new-key"
    generator.generate(api, table)
    after = cluster.values("catalog", "catalog-secrets")
    assert after == before | {"NEW_KEY": after["NEW_KEY"]}


def test_later_namespace_gets_the_shared_values(cluster, api, table):
    """As when Argo CD syncs one Application after the other."""
    cluster.forbidden.add("redis")
    with pytest.raises(urllib.error.HTTPError):
        generator.generate(api, table)
    assert cluster.secrets == {}
    partly = {name: secrets for name, secrets in table.items() if name != "redis"}
    generator.generate(api, partly)
    cluster.forbidden.clear()
    generator.generate(api, table)
    assert (
        cluster.values("redis", "redis-secrets")["UI_PASSWORD"]
        == (cluster.values("frontend", "ui-secrets")["REDIS_PASSWORD"])
    )


def test_conflicting_secrets_are_reported_and_not_changed(cluster, api, table):
    generator.generate(api, table)
    path = "/api/v1/namespaces/redis/secrets/redis-secrets"
    cluster.secrets[path]["data"]["UI_PASSWORD"] = base64.b64encode(b"somebody else's").decode()
    before = copy.deepcopy(cluster.secrets)
    with pytest.raises(ValueError, match="holds another value for ui-redis-password"):
        generator.generate(api, table)
    assert cluster.secrets == before


def test_external_redis_gets_no_generated_secret():
    objects = render(
        settings=(
            "global.redis.external.host=redis.example.com",
            "global.network.redisCidrs={10.1.0.0/24}",
        )
    )
    table = json.loads(find(objects, "ConfigMap", "secret-generator")["data"]["secrets.json"])
    assert "redis" not in table
    assert "redis" not in {item["metadata"]["name"] for item in objects if item["kind"] == "Namespace"}


def test_no_secret_value_is_rendered():
    for source in ("generate", "external"):
        objects = render(settings=(f"global.secrets.source={source}",))
        assert not [item for item in objects if item["kind"] == "Secret"]
