"""NGINX in front of the storefront's gunicorn: the embedded gateway's rules for pages, behind the Service's port."""

from __future__ import annotations

import subprocess

import pytest

from devtools.stack import gateway, page_cache
from tests.chart.render import find, render

NAME = "ui-pages"
FOLDER = "/tmp/pages"  # noqa: S108  (in the container, which has a file system of its own)


def configuration(objects) -> str:
    return find(objects, "ConfigMap", NAME)["data"]["nginx.conf"]


def lines_of(text: str) -> set[str]:
    return {line.strip() for line in text.splitlines()}


@pytest.mark.parametrize("environment", ["default", "local", "prod"])
def test_pages_are_kept_by_the_rules_of_the_embedded_gateway(environment):
    lines = lines_of(configuration(render(environment)))
    wanted = [
        "pcre_jit on;",
        *page_cache.location_lines(),
        *page_cache.http_lines(FOLDER, max_size="128m").splitlines(),
    ]
    assert len(wanted) > 10
    assert [line for line in wanted if line.strip() not in lines] == []


def test_nginx_accepts_the_configuration(tmp_path):
    text = configuration(render()).replace("/tmp/", f"{tmp_path}/")  # noqa: S108  (the container's)
    path = tmp_path / "nginx.conf"
    path.write_text(text)
    command = [gateway.binary(), "-t", "-c", str(path), "-p", str(tmp_path), "-e", "stderr"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_service_and_policies_lead_to_nginx_and_probes_to_gunicorn():
    objects = render()
    pod = find(objects, "Deployment", "ui-web")["spec"]["template"]["spec"]
    [nginx] = pod["initContainers"]
    [web] = pod["containers"]
    assert nginx["restartPolicy"] == "Always"
    assert {port["name"]: port["containerPort"] for port in nginx["ports"] + web["ports"]} == {
        "http": 8080,
        "app": 8000,
    }
    assert find(objects, "Service", "ui")["spec"]["ports"][0]["targetPort"] == "http"
    probes = ("startupProbe", "livenessProbe", "readinessProbe")
    assert {web[probe]["httpGet"]["port"] for probe in probes} == {"app"}


def test_changed_rules_start_new_pods():
    def stamp(*settings: str) -> str:
        pod = find(render(settings=settings), "Deployment", "ui-web")["spec"]["template"]
        return pod["metadata"]["annotations"]["streamcart/config"]

    assert stamp() != stamp("ui.pages.maxSize=64m")


def test_storefront_can_do_without():
    objects = render(settings=("ui.pages.enabled=false",))
    pod = find(objects, "Deployment", "ui-web")["spec"]["template"]["spec"]
    assert "initContainers" not in pod
    assert [port["name"] for port in pod["containers"][0]["ports"]] == ["http"]
    assert [item for item in objects if item["metadata"]["name"] == NAME] == []


@pytest.mark.parametrize("service", ["auth", "catalog", "payment", "video"])
def test_other_services_have_no_pages_to_keep(service):
    names = [item["metadata"]["name"] for item in render()]
    assert f"{service}-pages" not in names
