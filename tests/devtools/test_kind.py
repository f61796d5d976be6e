"""`make kind` step by step: docker, kind and kubectl are recorded, Helm renders for real."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
import yaml

from apps.common.testing.iteration import some
from devtools import cli, tools
from devtools.demo import run as demo
from devtools.errors import DevToolsError
from devtools.project import ROOT, SERVICES
from devtools.release import images, kind
from tests.chart.render import find, of_kind
from tests.terraform.programs import FAKE

IDENTITY = "0123456789abcdef"


@dataclass
class Machine:
    """A machine whose programs are recorded: the first rule that fits a call says what it prints and returns."""

    root: Path
    rules: list[dict[str, object]] = field(default_factory=list)
    pages: dict[str, int] = field(default_factory=dict)

    def rule(self, *words: str, prints: str = "", code: int = 0) -> None:
        """For calls that hold all the words; a later rule comes first."""
        self.rules.insert(0, {"words": words, "prints": prints, "code": code, "makes": []})
        (self.root / "rules.json").write_text(json.dumps(self.rules))

    def install(self, *names: str) -> None:
        for name in names:
            program = self.root / "programs" / name
            program.parent.mkdir(exist_ok=True)
            text = FAKE.format(
                python=sys.executable, calls=str(self.root / "calls"), rules=str(self.root / "rules.json")
            )
            program.write_text(text)
            program.chmod(0o755)

    @property
    def calls(self) -> list[list[str]]:
        path = self.root / "calls"
        return [json.loads(line)[0] for line in path.read_text().splitlines()] if path.exists() else []

    def called(self, *words: str) -> list[str]:
        return [" ".join(call) for call in self.calls if all(word in call for word in words)]

    def given(self, *words: str) -> str:
        """What one call read from its standard input."""
        lines = [json.loads(line) for line in (self.root / "calls").read_text().splitlines()]
        [found] = [given for call, given, _ in lines if all(word in call for word in words)]
        return found


@pytest.fixture
def machine(tmp_path, monkeypatch) -> Iterator[Machine]:
    made = Machine(tmp_path)
    made.install("docker", "kind", "helm", "kubectl")
    made.rule("docker", "inspect", prints='[{"Size": 1000000}]')
    made.rule("docker", "inspect", "{{.Id}}", prints=f"sha256:{IDENTITY}\n")
    made.rule("kind version", prints="kind v0.32.0 go1.25.0 linux/amd64\n")
    made.rule("kind get clusters", prints="other\n")
    made.rule("kubectl get deployments", prints="auth auth-web\nfrontend ui-web\n")
    made.rule("kubectl logs", prints="Bought MUG: order SC-1 is paid.\n")
    monkeypatch.setenv("PATH", f"{tmp_path / 'programs'}:/usr/bin:/bin")
    monkeypatch.delenv("IMAGE_BUILDER", raising=False)
    monkeypatch.setattr(kind, "helm", lambda: tmp_path / "programs" / "helm")
    monkeypatch.setattr(kind, "kubectl", lambda: tmp_path / "programs" / "kubectl")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        monkeypatch.setattr(kind, "HTTP_PORT", probe.getsockname()[1])

    def respond(request: httpx.Request) -> httpx.Response:
        return httpx.Response(made.pages.get(request.url.path, 200), json={"results": []})

    transport = httpx.MockTransport(respond)
    monkeypatch.setattr(
        kind.ClusterShop, "client", lambda _: httpx.Client(base_url="http://shop/api", transport=transport)
    )
    images.builder.cache_clear()
    yield made
    images.builder.cache_clear()


def install(**options: object) -> int:
    return kind.kind(kind.Options(**{"with_demo": False} | options))  # type: ignore[arg-type]  (each test gives fields of Options)


# --- from nothing to a shop -------------------------------------------------------------------------------------


def test_a_cluster_is_made_with_the_pinned_node_and_this_machine_s_port(machine):
    assert install() == 0
    [line] = machine.called("kind", "create")
    [image] = [
        line.split()[1]
        for line in (ROOT / "docker/tools/Dockerfile").read_text().splitlines()
        if line.endswith(" AS kind-node")
    ]
    assert f"--name streamcart --image {image}" in line
    configuration = json.loads(machine.given("kind", "create"))
    [node] = configuration["nodes"]
    [mapping] = node["extraPortMappings"]
    assert mapping == {
        "containerPort": 30080,
        "hostPort": kind.HTTP_PORT,
        "listenAddress": "127.0.0.1",
        "protocol": "TCP",
    }


def test_the_steps_come_in_order_and_the_purchase_is_shown(machine, capsys):
    install()
    steps = [" ".join(call[:3]) for call in machine.calls]
    order = ["kind create cluster", "docker build --file", "kind load docker-image", "helm upgrade --install"]
    order += ["kubectl get deployments", "kubectl rollout status", "helm test --kube-context"]
    assert sorted(order, key=steps.index) == order
    printed = capsys.readouterr().out
    assert "Bought MUG: order SC-1 is paid." in printed
    assert "http://streamcart.localhost" in printed
    assert "make kind-down" in printed


def test_commands_name_the_cluster_of_the_shop(machine):
    install()
    for call in some(call for call in machine.calls if call[0] in ("helm", "kubectl")):
        assert "kind-streamcart" in call, call


def test_built_images_are_loaded_under_a_tag_of_their_content(machine):
    install()
    loaded = [line.split()[3] for line in machine.called("kind", "load")]
    tag = f"{images.revision()}-{IDENTITY[:12]}"
    assert loaded == [f"streamcart/{service}:{tag}" for service in SERVICES]
    assert [line.split()[-1] for line in machine.called("docker", "tag")] == loaded
    [line] = machine.called("helm", "streamcart", "upgrade")
    assert all(f"--set {service}.image.tag={tag}" in line for service in SERVICES)


def test_the_chart_renders_with_the_values_that_helm_gets(machine, monkeypatch):
    """Helm itself renders the recorded command: values file, tags and customers are such that the chart takes them."""
    monkeypatch.setattr(kind, "_load_demo", lambda: None)
    install(customers=2, with_demo=True)
    [call] = [call for call in machine.calls if call[:2] == ["helm", "upgrade"] and "streamcart" in call]
    at = call.index("streamcart")
    assert call[1:3] == ["upgrade", "--install"]
    arguments = [word for word in call[at:] if word not in ("--kube-context", kind.CONTEXT)]
    run = kind._try(str(tools.helm()), "template", *arguments)
    assert run.returncode == 0, run.stderr
    objects = [item for item in yaml.safe_load_all(run.stdout) if item]
    tag = f"{images.revision()}-{IDENTITY[:12]}"
    for service in SERVICES:
        [container] = find(objects, "Deployment", f"{service}-web")["spec"]["template"]["spec"]["containers"]
        assert container["image"] == f"streamcart/{service}:{tag}"
    assert find(objects, "Deployment", "ui-customers")["spec"]["replicas"] == 2
    assert find(objects, "ConfigMap", "ui-environment")["data"]["SHOP_DEMO"] == "true"
    assert {rule["host"] for item in of_kind(objects, "Ingress") for rule in item["spec"]["rules"]} == {kind.HOST}


def test_a_shop_without_the_demo_lists_no_demo_accounts(machine):
    install()
    [line] = machine.called("helm", "streamcart", "upgrade")
    assert "SHOP_DEMO" not in line


def test_the_controller_is_argo_cd_s_at_its_version(machine):
    install()
    [line] = machine.called("helm", "nginx-ingress", "upgrade")
    document = yaml.safe_load((ROOT / "argocd/addons.yaml").read_text())
    text = json.dumps(document)
    chart, version = kind.controller_chart()
    assert chart.startswith("oci://")
    assert f'"version": "{version}"' in text
    assert f"{chart} --version {version} --namespace nginx-ingress" in line
    assert f"controller.service.httpPort.nodePort={kind.NODE_PORT}" in line
    values = yaml.safe_load((ROOT / "charts/streamcart/values.yaml").read_text())
    assert values["global"]["routing"]["controllerNamespace"] == kind.CONTROLLER


def test_a_second_run_goes_on_with_what_is_there(machine):
    machine.rule("kind get clusters", prints="streamcart\n")
    assert install() == 0
    assert machine.called("kind", "create") == []
    assert len(machine.called("helm", "upgrade")) == 2


def test_a_published_version_is_the_chart_of_github_s_registry(machine, monkeypatch):
    assert install(published="v1.2.3") == 0
    assert machine.called("docker", "build") == []
    owner = yaml.safe_load((ROOT / "infra/settings.yaml").read_text())["github"]["owner"]
    [pulled] = machine.called("helm", "pull")
    assert f"oci://ghcr.io/{owner.lower()}/charts/streamcart --version 1.2.3 --untar" in pulled
    folder = pulled.split()[-1]
    [line] = machine.called("helm", "streamcart", "upgrade")
    assert f"{folder}/streamcart" in line
    assert f"--values {folder}/streamcart/values-local.yaml" in line
    assert "image.tag" not in line


# --- what is said when it cannot be -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "code", "prints", "words"),
    [
        (("docker info",), 1, "", "its daemon does not respond"),
        (("kind version",), 0, "kind v0.20.0 go1.20 linux/amd64", "kind 0.32.0 or newer is needed"),
        (("kind create",), 1, "no space left", "`kind create cluster` failed: no space left"),
        (("helm upgrade", "nginx-ingress"), 1, "no such host", "`helm upgrade` failed: no such host"),
        (("helm pull",), 1, "not found", "charts/streamcart 1.2.3 cannot be fetched: not found"),
        (("rollout status", "ui-web"), 1, "", "frontend/ui-web is not ready"),
        (("helm test",), 1, "", "The shop does not sell: Bought MUG"),
    ],
)
def test_a_failure_is_a_sentence(machine, rule, code, prints, words):
    machine.rule(*rule, code=code, prints=prints)
    with pytest.raises(DevToolsError) as failure:
        install(published="1.2.3")
    assert words in str(failure.value)


@pytest.mark.parametrize("name", ["docker", "kind"])
def test_a_missing_program_is_named(machine, name, monkeypatch):
    (machine.root / "programs" / name).unlink()
    monkeypatch.setenv("PATH", str(machine.root / "programs"))
    with pytest.raises(DevToolsError, match=f"{name} .*is needed"):
        install()


def test_a_port_in_use_is_said_before_anything_is_made(machine):
    with socket.create_server(("127.0.0.1", kind.HTTP_PORT)), pytest.raises(DevToolsError, match="is in use"):
        install()
    assert machine.called("kind", "create") == []


def test_a_dead_cluster_is_distinguished_from_a_missing_one(machine):
    machine.rule("kind get clusters", prints="streamcart\n")
    machine.rule("kubectl get nodes", code=1)
    with pytest.raises(DevToolsError, match="make kind-down"):
        install()


def test_a_shop_that_does_not_respond_is_no_success(machine, monkeypatch):
    monkeypatch.setattr(kind, "ADDRESS_SECONDS", -1)
    machine.pages["/api/catalog/v1/categories"] = 502
    with pytest.raises(DevToolsError, match="does not respond"):
        install()


@pytest.mark.parametrize("version", ["latest", "1.2", "1.2.3; rm"])
def test_only_a_version_is_published(machine, version):
    with pytest.raises(DevToolsError, match="is no version"):
        install(published=version)


# --- the demo in the cluster ------------------------------------------------------------------------------------

STUB = """
import pathlib, sys
print(*[word.replace(word.rpartition('/')[0], '…') if word.startswith('/') else word for word in sys.argv[1:]])
print(pathlib.Path(sys.argv[3]).read_text(), *sorted(path.name for path in pathlib.Path(sys.argv[5]).iterdir()))
print('progress 1/2 Mug')
if '--fail' in sys.argv:
    sys.exit('CommandError: the document is wrong')
"""


@pytest.fixture
def pod(machine):
    """kubectl whose `exec` runs the command here, in a folder like the image's."""
    folder = machine.root / "app"
    folder.mkdir()
    (folder / "manage.py").write_text(STUB)
    program = machine.root / "programs" / "kubectl"
    program.write_text(
        f'#!/bin/sh\necho "$@" > {machine.root}/exec\nwhile [ "$1" != -- ]; do shift; done; shift 2\ncd {folder}\n'
        f'{sys.executable} "$@" || {{ code=$?; echo "command terminated with exit code $code" >&2; exit $code; }}\n'
    )
    (machine.root / "pictures").mkdir()
    (machine.root / "pictures" / "mug.webp").write_text("picture")
    (machine.root / "catalogue.json").write_text("{}")
    return machine.root


def test_files_travel_into_the_pod_and_progress_comes_back(pod, capfd):
    progress: list[tuple[int, int, str]] = []
    kind.ClusterShop().manage(
        "catalog",
        "import_products",
        pod / "catalogue.json",
        "--wait",
        folder=("--images", pod / "pictures"),
        on_progress=lambda *step: progress.append(step),
    )
    assert progress == [(1, 2, "Mug")]
    line = (pod / "exec").read_text()
    assert line.startswith(
        "--context kind-streamcart exec --stdin deployment/catalog-web --namespace catalog --container web -- python -c"
    )
    assert "catalog import_products {}/document.json --images {}/files --wait" in line


def test_a_command_that_fails_in_the_pod_is_reported_with_its_last_line(pod):
    with pytest.raises(DevToolsError, match="import_products` failed: CommandError: the document is wrong"):
        kind.ClusterShop().manage(
            "catalog",
            "import_products",
            pod / "catalogue.json",
            "--fail",
            folder=("--images", pod / "pictures"),
        )


def test_the_namespaces_and_deployments_of_the_demo_are_the_chart_s():
    """Commands run in `<service>-web` of the namespace that is called like the service."""
    values = yaml.safe_load((ROOT / "charts/streamcart/values.yaml").read_text())
    namespaces = {route["service"]: route["namespace"] for route in values["global"]["routing"]["routes"]}
    assert all(namespaces[service] == service for service in ("auth", "catalog", "video"))


def test_the_demo_is_loaded_before_the_purchase(machine, monkeypatch, capsys):
    order: list[str] = []
    monkeypatch.setattr(demo, "load", lambda shop, folder: order.append(type(shop).__name__))
    monkeypatch.setattr(kind, "_buy", lambda: order.append("purchase") or "bought")
    kind.kind(kind.Options())
    assert order == ["ClusterShop", "purchase"]
    assert "admin@example.com" in capsys.readouterr().out


# --- the end, and the verbs -------------------------------------------------------------------------------------


def test_down_removes_the_cluster_once(machine, capsys):
    assert kind.kind_down() == 0
    assert machine.called("kind", "delete") == []
    machine.rule("kind get clusters", prints="streamcart\n")
    assert kind.kind_down() == 0
    assert machine.called("kind", "delete") == ["kind delete cluster --name streamcart"]


def test_the_verbs_take_what_the_docs_say(monkeypatch):
    asked: list[kind.Options] = []
    monkeypatch.setattr(kind, "kind", lambda options: asked.append(options) or 0)
    assert cli.main(["kind", "--published=1.2.3", "--customers=2"]) == 0
    assert cli.main(["kind", "--no-demo"]) == 0
    assert asked == [kind.Options("1.2.3", customers=2), kind.Options(with_demo=False)]
    makefile = (ROOT / "Makefile").read_text()
    for verb in ("kind", "kind-down"):
        assert f"\n{verb}: setup ## " in makefile
        assert f"manage.py {verb}" in makefile
