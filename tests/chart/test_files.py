"""The chart's files: one object each, named by its kind, so that `helm template --show-only` finds every one."""

from __future__ import annotations

import functools
import itertools
import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

from apps.common.testing.iteration import some
from devtools.checks.chart_schema import CHART
from tests.chart.render import ENVIRONMENTS, FLAVORS, SERVICES, Object, StrictLoader, helm_run, render_text, values_of

FOLDERS = [CHART / "charts" / service / "templates" for service in SERVICES]
# How a file's name begins, where that is not the kind itself.
SHORT = {
    "HorizontalPodAutoscaler": "hpa",
    "PersistentVolume": "pv",
    "PersistentVolumeClaim": "pvc",
    "PodDisruptionBudget": "pdb",
}
# What an installation adds by its values: any number of manifests of any kind.
ANY_OBJECTS = "extra-objects.yaml"
# Refuses wrong values and renders nothing.
NO_OBJECT = "validate.yaml"

ROUTES = yaml.safe_load((CHART / "values.yaml").read_text())["global"]["routing"]["routes"]
ALERTS = "global.monitoring.alerts."
# Values that ask for what no values file does.
VARIANTS: dict[str, tuple[str, ...]] = {
    "monitored and scaled": (
        "global.monitoring.enabled=true",
        "global.defaults.web.autoscaling.enabled=true",
        "global.defaults.worker.autoscaling.enabled=true",
        "video.encoder.autoscaling.enabled=true",
        "global.defaults.priority=1",
        "redis.priority=1",
        "ui.customers.replicas=1",
        *(
            f"{service}.extraObjects[{index}].{setting}"
            for service in SERVICES
            for index in range(2)
            for setting in ("apiVersion=v1", "kind=ConfigMap", f"metadata.name=extra-{index}")
        ),
    ),
    "with NGINX before gunicorn": tuple(
        f"{service}.pages.enabled=true" for service in ("auth", "catalog", "payment", "video")
    ),
    "notifying and signed": (
        "global.monitoring.enabled=true",
        "global.secrets.source=external",
        f"{ALERTS}webhook.secretName=url",
        "global.images.registry=shop.example",
        "global.images.signatures.required=true",
        "global.images.signatures.repository=https://github.com/owner/name",
    ),
    "databases with passwords elsewhere": (
        "global.secrets.source=external",
        *(
            f"{service}.postgres.external.{setting}"
            for service in ("auth", "catalog", "payment", "video")
            for setting in (
                "host=db.example",
                "authentication=password",
                "cidrs={10.0.0.0/28}",
                "administrator.user=administrator",
                "administrator.secretName=password",
            )
        ),
    ),
    # Helm does not merge lists, so every route stands here whole.
    "taking uploads": tuple(
        f"global.routing.routes[{index}].{key}={value}"
        for index, route in enumerate(ROUTES)
        for key, value in {
            **{key: value for key, value in route.items() if key != "uploads"},
            "uploads.maxBodySize": "2m",
            "uploads.paths[0]": "upload",
        }.items()
    ),
    "restoring": tuple(f"{service}.backup.restore=a.dump" for service in ("auth", "catalog", "payment", "video")),
}


def documents(text: str) -> list[tuple[str, Object]]:
    """Each object of a render with the file that Helm names as its source."""
    found, source = [], ""
    for part in re.split(r"^---$", text, flags=re.MULTILINE):
        if named := re.search(r"^# Source: streamcart/(.+)$", part, re.MULTILINE):
            source = named[1]
        if item := yaml.load(part, StrictLoader):  # noqa: S506  (a safe loader)
            found.append((source, item))
    return found


@functools.cache
def renders() -> dict[str, list[tuple[str, Object]]]:
    """Every values file with every flavour, and each variant over the chart's own values."""
    texts = {f"{name} {flavor}": (name, flavor, ()) for name, flavor in itertools.product(ENVIRONMENTS, FLAVORS)}
    texts |= {name: ("default", "nginx", settings) for name, settings in VARIANTS.items()}
    return {
        name: documents(render_text(environment, flavor=flavor, settings=settings))
        for name, (environment, flavor, settings) in texts.items()
    }


def test_each_file_renders_one_object_at_most():
    for name, found in some(renders().items()):
        assert found, name
        counts = Counter(source for source, _ in found if Path(source).name != ANY_OBJECTS)
        assert [source for source, count in counts.items() if count > 1] == [], name


def test_each_object_stands_in_a_file_that_is_named_by_its_kind():
    for name, found in some(renders().items()):
        for source, item in some(found):
            file = Path(source)
            if file.name != ANY_OBJECTS:
                kind = SHORT.get(item["kind"], item["kind"].lower())
                assert file.stem.split("-")[0] == kind, f"{name}: {source} holds a {item['kind']}"


def test_an_installation_s_own_manifests_stand_in_one_file():
    own = [source for source, _ in renders()["monitored and scaled"] if Path(source).name == ANY_OBJECTS]
    assert Counter(own) == {f"charts/{service}/templates/{ANY_OBJECTS}": 2 for service in SERVICES}


def test_each_file_renders_its_object_in_some_values():
    rendered = {source for found in renders().values() for source, _ in found}
    files = {str(path.relative_to(CHART)) for folder in FOLDERS for path in folder.glob("*.yaml")}
    assert {path for path in files - rendered if Path(path).name != NO_OBJECT} == set()


@pytest.mark.parametrize("environment", ["default", "prod"])
def test_show_only_finds_every_object(environment):
    whole = documents(render_text(environment))
    chosen = [argument for source in sorted({source for source, _ in whole}) for argument in ("--show-only", source)]
    run = helm_run("template", "streamcart", str(CHART), "--namespace", "default", *values_of(environment), *chosen)
    assert run.returncode == 0, run.stderr
    assert sorted(map(str, documents(run.stdout))) == sorted(map(str, whole))


def test_show_only_of_one_file_shows_one_object():
    run = helm_run(
        *("template", "streamcart", str(CHART), *values_of("prod")),
        *("--show-only", "charts/catalog/templates/hpa.yaml"),
    )
    assert run.returncode == 0, run.stderr
    [(source, item)] = documents(run.stdout)
    assert source == "charts/catalog/templates/hpa.yaml"
    assert (item["kind"], item["metadata"]["name"]) == ("HorizontalPodAutoscaler", "catalog-web")


# --- which services have which files ----------------------------------------------------------------------------

INCLUDE = re.compile(r'\{\{- include "(?:common|redis)\.object" \(list \. "([a-z-]+)"\) \}\}\n')
# Objects of the library that belong to a part which a service may lack for good (`enabled: false` in its values).
PARTS = {
    "postgres": r"job-migrate|.+-(postgres|postgres-in|database-role|database-role-out|database-administrator)",
    "backup": r".+-(backup|backup-out)|job-restore|cronjob-restore-drill",
    "worker": r".+-worker",
    "beat": r"deployment-beat",
    "events": r"deployment-events",
    "files": r".+-(files|files-in)",
}
# One shop has one Alertmanager, and these stand beside the storefront.
ONLY_UI = {"externalsecret-alerts", "alertmanagerconfig"}
# Films are encoded by pods of their own.
ONLY_VIDEO = {"deployment-encoder", "pdb-encoder", "scaledobject-encoder"}


def library_objects() -> set[str]:
    """Names of the library's templates that render an object: a kind comes first."""
    kinds = {item["kind"] for found in renders().values() for _, item in found}
    begins = {SHORT.get(kind, kind.lower()) for kind in kinds} | {"extra"}
    text = "".join(path.read_text() for path in (CHART / "charts/common/templates").glob("*.tpl"))
    names = re.findall(r'\{\{- define "common\.([a-z-]+)" -?\}\}', text)
    return {name for name in names if name.split("-")[0] in begins}


def expected_objects(service: str) -> set[str]:
    values = yaml.safe_load((CHART / "charts" / service / "values.yaml").read_text())
    lacking = [pattern for part, pattern in PARTS.items() if values.get(part, {}).get("enabled") is False]
    if values.get("worker", {}).get("enabled") is False and values.get("events", {}).get("enabled") is False:
        lacking.append("podmonitor|networkpolicy-metrics-in")
    found = library_objects() - (ONLY_UI if service != "ui" else set()) - (ONLY_VIDEO if service != "video" else set())
    return {name for name in found if not any(re.fullmatch(pattern, name) for pattern in lacking)}


@pytest.mark.parametrize("service", [service for service in SERVICES if service != "redis"])
def test_a_service_has_a_file_for_every_object_that_its_values_can_ask_for(service):
    included = set()
    for path in (CHART / "charts" / service / "templates").glob("*.yaml"):
        if match := INCLUDE.fullmatch(path.read_text()):
            assert path.stem == match[1], f"{path.name} of {service} includes {match[1]}"
            included.add(match[1])
    assert included == expected_objects(service)


@pytest.mark.parametrize("setting", ["ui.postgres.enabled", "ui.worker.enabled", "auth.events.enabled"])
def test_a_part_that_a_service_lacks_cannot_be_switched_on(setting):
    run = helm_run("template", "streamcart", str(CHART), "--set", f"{setting}=true")
    assert run.returncode != 0
    assert "value must be false" in run.stderr


def test_a_part_that_a_service_lacks_is_not_switched_on_by_the_defaults():
    render = render_text("local", settings=("global.defaults.files.enabled=true",))
    with_files = {
        item["metadata"]["namespace"] for _, item in documents(render) if item["metadata"]["name"].endswith("-files")
    }
    assert with_files == {"catalog", "video"}
    assert render.count("MEDIA_URL") == render_text("local").count("MEDIA_URL")
