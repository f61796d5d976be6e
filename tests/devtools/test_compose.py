"""docker/compose.yaml: what it names is there, its roles are the stack's, its secrets are made, its gateway current."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest
import yaml

from apps.common.testing.iteration import some
from devtools.project import ROLES, ROOT
from devtools.stack import gateway

DOCKER = ROOT / "docker"
# PyYAML merges `<<`, but only one level of lists; compose files are read by its full loader.
COMPOSE: dict[str, Any] = yaml.safe_load((DOCKER / "compose.yaml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]


def test_every_role_of_the_stack_has_its_container():
    wanted = {f"{service}-{role}" for service, roles in ROLES.items() for role in roles}
    wanted |= {f"{service}-migrate" for service in ROLES if service != "ui"}
    # Encodings have a worker of their own; `background` runs it in one process with the others.
    assert set(SERVICES) == wanted | {"secrets", "postgres", "valkey", "gateway", "video-encoder"}
    for service, roles in ROLES.items():
        for role in roles:
            assert SERVICES[f"{service}-{role}"]["command"] == [role]


@pytest.mark.parametrize("name", SERVICES)
def test_files_that_a_container_names_exist(name):
    dependencies = SERVICES[name].get("depends_on", {})
    assert set(dependencies) <= set(SERVICES)
    healthy = {other for other, how in dependencies.items() if how["condition"] == "service_healthy"}
    assert healthy <= {other for other, service in SERVICES.items() if "healthcheck" in service}
    sources = {volume.split(":")[0] for volume in SERVICES[name].get("volumes", [])}
    files = {source for source in sources if source.startswith(".")}
    assert [source for source in files if not (DOCKER / source).is_file()] == []
    assert sources - files <= set(COMPOSE["volumes"])


def test_migrations_wait_for_the_database_and_nothing_waits_for_itself():
    for service in some(service for name, service in SERVICES.items() if name.endswith("-migrate")):
        assert set(service["depends_on"]) == {"postgres", "valkey"}


def test_containers_are_held_to_what_a_cluster_asks():
    for name in some(name for name in SERVICES if name.split("-")[0] in ROLES):
        assert SERVICES[name]["read_only"] is True, name
        assert SERVICES[name]["cap_drop"] == ["ALL"], name


def test_every_secret_that_is_read_is_made_once(tmp_path):
    main = runpy.run_path(str(DOCKER / "make-secrets.py"))["main"]
    main(tmp_path)
    made = {path.name: path.read_text() for path in tmp_path.iterdir()}
    read = {
        Path(value).name
        for service in SERVICES.values()
        for key, value in service.get("environment", {}).items()
        if key.endswith("_FILE")
    }
    assert read <= set(made)
    assert made["catalog-database-password"] in made["catalog-database-url"]
    main(tmp_path)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == made


def test_the_gateway_of_compose_is_the_stack_s():
    assert (DOCKER / "gateway.conf.template").read_text() == gateway.compose_configuration(), (
        "run `python -m devtools.stack.gateway >docker/gateway.conf.template`"
    )


def test_variables_are_known():
    from tests.chart.policies.environment import documented

    for name in some(name for name in SERVICES if name.split("-")[0] in ROLES):
        owner = name.split("-")[0]
        known = set(documented()[""]) | set(documented().get(owner, {}))
        given = {key.removesuffix("_FILE") for key in SERVICES[name]["environment"]}
        assert given <= known, name
        needed = {key for table in ("", owner) for key, must in documented().get(table, {}).items() if must}
        assert needed - {"DATABASE_URL"} <= given, name
