"""Every way to render the chart: it lints, what it makes is valid, and its parts are the whole."""

from __future__ import annotations

import itertools
import json

import pytest
import yaml

from devtools.checks import chart_readme, chart_schema
from devtools.checks.chart_schema import CHART
from tests.chart import golden, kubernetes
from tests.chart.render import ENVIRONMENTS, FLAVORS, SERVICES, helm_run, key_of, of_kind, render, values_of

EVERYTHING = ("global.monitoring.enabled=true", "global.defaults.web.autoscaling.enabled=true")
RESTORING = ("catalog.backup.restore=catalog-20260101T000000Z.dump",)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_chart_lints(environment):
    run = helm_run("lint", "--strict", str(CHART), *values_of(environment))
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize(("environment", "flavor"), list(itertools.product(ENVIRONMENTS, FLAVORS)))
def test_the_services_rendered_alone_are_the_whole(environment, flavor):
    whole = {key_of(item): item for item in render(environment, flavor=flavor)}
    parts: dict = {}
    for service in SERVICES:
        for item in render(environment, flavor=flavor, only=service):
            assert key_of(item) not in parts, f"{key_of(item)} belongs to two services"
            parts[key_of(item)] = item
    assert parts == whole


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_no_object_stands_twice(environment):
    keys = [key_of(item) for item in render(environment)]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("version", kubernetes.VERSIONS)
@pytest.mark.parametrize(("environment", "flavor"), list(itertools.product(ENVIRONMENTS, FLAVORS)))
def test_every_object_is_valid_for_kubernetes(environment, flavor, version):
    objects = render(environment, flavor=flavor)
    assert kubernetes.findings(objects, version) == []
    assert kubernetes.findings(render(environment, settings=RESTORING), version) == []


def test_the_validation_is_strict():
    [service] = [item for item in of_kind(render(), "Service") if item["metadata"]["name"] == "ui"]
    wrong = json.loads(json.dumps(service))
    wrong["spec"]["sesionAffinity"] = "None"
    assert "sesionAffinity" in kubernetes.findings([wrong], kubernetes.VERSIONS[0])[0]


def test_release_name_does_not_change_the_render():
    assert "zqxwvut" not in yaml.safe_dump_all(render(release="zqxwvut"))
    assert render(release="zqxwvut") == render()


def test_render_is_reproducible():
    """No random value, no time, no lookup: Argo CD would see a difference for ever."""
    again = helm_run("template", "streamcart", str(CHART), "--namespace", "default")
    assert [item for item in yaml.safe_load_all(again.stdout) if item] == render()


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("catalog.web.replica=3", "additional properties 'replica' not allowed"),
        ("global.hots=x", "additional properties 'hots' not allowed"),
        ("catalogue.web.replicas=3", "additional properties 'catalogue' not allowed"),
        ("catalog.web.replicas=two", "got string, want integer"),
        ("catalog.image.tag=latest", "catalog.image.tag=latest is a mutable tag"),
        ("global.routing.flavor=traefik", "value must be one of 'nginx', 'ingress-nginx', 'gateway'"),
        ("global.defaults.web.resources.limits.memory=lots", "does not match pattern"),
        ("catalog.files.kind=azure", "files.azure.account is needed when files.kind is azure."),
        ("global.routing.tls.createIssuer=true", "clusterIssuer names the issuer that createIssuer makes"),
        ("global.email.secretName=email-url", "nobody can make up the mail server's password"),
        ("tags.catalogue=true", "catalogue"),
        ("catalog.podLabels.app\\.kubernetes\\.io/name=x", "podLabels may not set app.kubernetes.io/name"),
        ("catalog.extraEnv[0].name=DATABASE_URL", "extraEnv may not set DATABASE_URL"),
        ("global.redis.external.host=redis.example.com", "global.network.redisCidrs must say where"),
        ("auth.postgres.external.host=db.example.com", "auth.postgres.external.cidrs must say where"),
        (
            "auth.postgres.external.host=db.example.com,auth.postgres.external.cidrs={10.2.0.0/28},"
            "auth.postgres.external.authentication=entra",
            "auth.workloadIdentity.clientId is needed with authentication=entra",
        ),
    ],
)
def test_wrong_values_are_refused_with_a_sentence(setting, words):
    run = helm_run("template", "streamcart", str(CHART), "--set", setting)
    assert run.returncode != 0
    assert words in run.stderr


@pytest.mark.parametrize("path", chart_schema.schemas(), ids=lambda path: path.parent.name)
def test_the_schemas_follow_from_the_values(path):
    assert path.read_text() == chart_schema.schemas()[path], "run `make chart-files`"


@pytest.mark.parametrize("path", golden.files(), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_the_golden_renders_are_what_helm_renders(path):
    assert path.read_text() == golden.text_of(path), "Read the difference, then run `make chart-files`."


def test_no_golden_render_is_left_over():
    assert set(golden.FOLDER.rglob("*.yaml")) == set(golden.files())


def test_the_readme_s_tables_follow_from_the_values():
    assert chart_readme.README.read_text() == chart_readme.text(), "run `make chart-files`"


@pytest.mark.parametrize("name", ["", *SERVICES])
def test_every_value_is_described(name):
    """By a comment of its own, or by that of the block that it stands in."""
    path = (CHART / "charts" / name if name else CHART) / "values.yaml"
    names = {described for described, _ in chart_readme.described(path)}
    values = leaves(yaml.safe_load(path.read_text()))
    assert [value for value in values if not any(value == n or value.startswith(f"{n}.") for n in names)] == []


def leaves(values: dict, prefix: str = "") -> list[str]:
    found: list[str] = []
    for key, value in values.items():
        path = f"{prefix}{key}"
        found += leaves(value, f"{path}.") if isinstance(value, dict) and value else [path]
    return found
