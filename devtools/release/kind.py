"""`manage.py kind`: a shop that sells on a Kubernetes cluster on this machine (kind), and `manage.py kind-down`.

Every step looks at what is there first, so running it again upgrades the shop, and running it after a failure goes on.
Needs docker and kind; Helm and kubectl come from devtools.tools.
"""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from devtools.demo.run import OnProgress, follow
from devtools.errors import DevToolsError
from devtools.project import ROOT, SERVICES
from devtools.release.addons import addons
from devtools.tools import helm, kubectl

if TYPE_CHECKING:
    import httpx

CLUSTER = "streamcart"
CONTEXT = f"kind-{CLUSTER}"
CHART = ROOT / "charts" / "streamcart"
ADDONS = ROOT / "argocd" / "addons.yaml"
CONTROLLER = "nginx-ingress"
# values-local.yaml's; a browser takes every name below localhost for this machine.
HOST = "streamcart.localhost"
HTTP_PORT = 80
# Of the ingress controller's Service on the node; kind maps it to HTTP_PORT of this machine.
NODE_PORT = 30080
WAIT_SECONDS = 600
ADDRESS_SECONDS = 60
PART_OF = "app.kubernetes.io/part-of=streamcart"
BANNER = """
  StreamCart runs on kind   http://{host}        (ready in {minutes:.1f} minutes)

  {accounts}
  test card      4242 4242 4242 4242, any future date, any CVC
  kubectl        kubectl --context {context} get pods --all-namespaces --selector {part_of}
  remove         make kind-down
"""
DEMO_ACCOUNTS = f"""administrator  admin@example.com  streamcart-demo   http://{HOST}/api/catalog/admin/
  customer       ada@example.com    streamcart-demo"""
NO_ACCOUNTS = "The shop is empty: charts/streamcart/README.md explains how to create an administrator."
# Runs in the pod: the image has no tar, and Python unpacks. `{}` in an argument is where the files lie.
UNPACK_AND_RUN = """
import subprocess, sys, tarfile, tempfile
with tempfile.TemporaryDirectory() as folder:
    with tarfile.open(fileobj=sys.stdin.buffer, mode="r|") as archive:
        archive.extractall(folder, filter="data")
    arguments = [argument.replace("{}", folder) for argument in sys.argv[1:]]
    sys.exit(subprocess.run([sys.executable, "manage.py", *arguments]).returncode)
"""


@dataclass(frozen=True)
class Options:
    """Options of `make kind`. `published` is a version whose images and chart come from GitHub's registry."""

    published: str = ""
    with_demo: bool = True
    customers: int = 0


@dataclass(frozen=True)
class Release:
    """A Helm release: a chart, its values file, and settings beside it."""

    chart: Path
    settings: dict[str, str]

    @property
    def values(self) -> Path:
        return self.chart / "values-local.yaml"


def kind(options: Options) -> int:
    """From nothing to a shop that sells; returns the exit code. Raises DevToolsError for what can be fixed by hand."""
    started = time.monotonic()
    _require_programs()
    _step("cluster", _create_cluster)
    with tempfile.TemporaryDirectory() as folder:
        release = _published(options.published, Path(folder)) if options.published else _built()
        _step("ingress controller", _install_controller)
        _step("shop", lambda: _install(release, options))
    _step("pods", _wait_for_pods)
    _step("address", _wait_for_address)
    if options.with_demo:
        _load_demo()
    _step("purchase", _buy)
    minutes = (time.monotonic() - started) / 60
    accounts = DEMO_ACCOUNTS if options.with_demo else NO_ACCOUNTS
    print(BANNER.format(host=HOST, minutes=minutes, accounts=accounts, context=CONTEXT, part_of=PART_OF), flush=True)
    return 0


def kind_down() -> int:
    """Remove the cluster with everything in it; returns the exit code."""
    _require_programs()
    if CLUSTER not in _clusters():
        print("There is no cluster to remove.")
        return 0
    _run("kind", "delete", "cluster", "--name", CLUSTER)
    print("The cluster is removed.")
    return 0


# --- what is needed ---------------------------------------------------------------------------------------------


def _require_programs() -> None:
    if not shutil.which("docker"):
        raise DevToolsError(
            "docker is needed: kind runs the cluster's node as a container. See docs/quickstart-kind.md."
        )
    if _try("docker", "info").returncode:
        raise DevToolsError("docker is installed, but its daemon does not respond. Start it, then try again.")
    oldest = _pinned_kind()
    install = f"go install sigs.k8s.io/kind@v{oldest}, or https://kind.sigs.k8s.io/docs/user/quick-start/"
    if not shutil.which("kind"):
        raise DevToolsError(f"kind {oldest} or newer is needed: {install}")
    said = _run("kind", "version")
    found = re.search(r"v(\d+\.\d+\.\d+)", said)
    if not found or _parts(found[1]) < _parts(oldest):
        raise DevToolsError(
            f"kind {oldest} or newer is needed for the pinned node image, not {said.strip()!r}: {install}"
        )


def _pinned_kind() -> str:
    """The version that the pipeline uses."""
    found = re.search(r"sigs\.k8s\.io/kind v([\d.]+)", (ROOT / "scripts/ci/go/go.mod").read_text())
    if found is None:
        raise DevToolsError("scripts/ci/go/go.mod does not pin sigs.k8s.io/kind.")
    return found[1]


def _parts(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def node_image() -> str:
    """The node's image, digest and all."""
    text = (ROOT / "docker" / "tools" / "Dockerfile").read_text()
    found = re.search(r"^FROM (\S+@sha256:[0-9a-f]{64}) AS kind-node$", text, re.MULTILINE)
    if found is None:
        raise DevToolsError("docker/tools/Dockerfile has no image named kind-node with a digest.")
    return found[1]


def controller_chart() -> tuple[str, str]:
    """Address and version of the ingress controller's chart, as Argo CD runs it."""
    [addon] = [element for element in addons() if element["addon"] == CONTROLLER]
    return f"oci://{addon['repoURL']}/{CONTROLLER}", addon["version"]


# --- the cluster ------------------------------------------------------------------------------------------------


def _clusters() -> list[str]:
    return _run("kind", "get", "clusters").split()


def cluster_configuration() -> dict[str, object]:
    """One node, whose HTTP port is this machine's and nobody else's."""
    mapping = {"containerPort": NODE_PORT, "hostPort": HTTP_PORT, "listenAddress": "127.0.0.1", "protocol": "TCP"}
    nodes = [{"role": "control-plane", "extraPortMappings": [mapping]}]
    return {"kind": "Cluster", "apiVersion": "kind.x-k8s.io/v1alpha4", "nodes": nodes}


def _create_cluster() -> str:
    if CLUSTER in _clusters():
        if _try(str(kubectl()), "get", "nodes", "--context", CONTEXT).returncode:
            raise DevToolsError(
                f"The cluster {CLUSTER} exists, but does not respond at the context {CONTEXT}. "
                "Remove it with `make kind-down`, then try again."
            )
        return "there already"
    with socket.socket() as probe:
        probe.settimeout(2)
        if probe.connect_ex(("127.0.0.1", HTTP_PORT)) == 0:
            raise DevToolsError(
                f"Port {HTTP_PORT} is in use on this machine, and the shop needs it. Stop what uses it."
            )
    command = ("kind", "create", "cluster", "--name", CLUSTER, "--image", node_image(), "--wait", "180s")
    _run(*command, "--config", "-", stdin=json.dumps(cluster_configuration()))
    return node_image().partition("@")[0]


# --- images and charts ------------------------------------------------------------------------------------------


def _built() -> Release:
    """The images of this tree, built and loaded onto the node. The tag names the content besides the commit, so that an
    image that changed under the same commit starts new pods."""
    from devtools.release import images

    if images.builder() != "docker":
        raise DevToolsError(
            f"IMAGE_BUILDER={images.builder()} builds where kind cannot find it. Unset it: docker builds."
        )
    settings: dict[str, str] = {}
    for service in SERVICES:
        image = images.build(service)
        identity = _run("docker", "image", "inspect", "--format", "{{.Id}}", image.name).strip()
        name = f"{image.name}-{identity.removeprefix('sha256:')[:12]}"
        _run("docker", "tag", image.name, name)
        _run("kind", "load", "docker-image", name, "--name", CLUSTER)
        print(f"{'image of ' + service:<20} {name} ({image.seconds:.0f} s)", flush=True)
        settings[f"{service}.image.tag"] = name.rpartition(":")[2]
    return Release(CHART, settings)


def _published(version: str, folder: Path) -> Release:
    """The chart of a version from GitHub's registry, which names its public images by digest."""
    from devtools.release import settings

    version = version.removeprefix("v")
    if not re.fullmatch(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?", version):
        raise DevToolsError(f"{version!r} is no version: write 1.2.3.")
    owner = settings.load()["github"]["owner"].lower()
    chart = f"oci://ghcr.io/{owner}/charts/streamcart"
    pulled = _try(str(helm()), "pull", chart, "--version", version, "--untar", "--destination", str(folder))
    if pulled.returncode:
        raise DevToolsError(f"{chart} {version} cannot be fetched: {_last_words(pulled)}")
    return Release(folder / "streamcart", {})


def _install_controller() -> str:
    chart, version = controller_chart()
    settings = {
        "controller.replicaCount": "1",
        # kind has no load balancers: the node's port is this machine's.
        "controller.service.type": "NodePort",
        "controller.service.httpPort.nodePort": str(NODE_PORT),
        "controller.service.httpsPort.enable": "false",
        # There is no Prometheus Operator.
        "prometheus.serviceMonitor.create": "false",
    }
    command = [*_helm("upgrade", "--install"), CONTROLLER, chart, "--version", version]
    command += ["--namespace", CONTROLLER, "--create-namespace", "--wait", "--timeout", f"{WAIT_SECONDS}s"]
    _run(*command, "--values", str(ADDONS.parent / "addons" / f"{CONTROLLER}.yaml"), *_set(settings))
    return version


def _install(release: Release, options: Options) -> str:
    """Without --wait: claims for backups are bound when the first backup runs, and Helm would wait for them."""
    customers = {"ui.customers.replicas": str(options.customers)} if options.customers else {}
    # The page "About and API" lists the demo's accounts and test cards.
    demo = {"ui.env.SHOP_DEMO": "true"} if options.with_demo else {}
    settings = release.settings | customers
    command = [*_helm("upgrade", "--install"), "streamcart", str(release.chart), "--namespace", "default"]
    _run(*command, "--values", str(release.values), *_set(settings), *_set(demo, option="--set-string"))
    return options.published or "this tree"


def _set(settings: dict[str, str], *, option: str = "--set") -> Iterator[str]:
    for name, value in settings.items():
        yield from (option, f"{name}={value}")


# --- waiting, the demo, a purchase ------------------------------------------------------------------------------


def _wait_for_pods() -> str:
    names = '{range .items[*]}{.metadata.namespace} {.metadata.name}{"\\n"}{end}'
    listing = _kubectl("get", "deployments", "--all-namespaces", "--selector", PART_OF, "--output", f"jsonpath={names}")
    deployments = [line.split() for line in listing.splitlines() if line.strip()]
    ends = time.monotonic() + WAIT_SECONDS
    for namespace, name in deployments:
        left = max(1, round(ends - time.monotonic()))
        command = ("rollout", "status", f"deployment/{name}", "--namespace", namespace, f"--timeout={left}s")
        if _try(str(kubectl()), *command, "--context", CONTEXT).returncode:
            pods = _kubectl("get", "pods", "--all-namespaces", "--selector", PART_OF)
            raise DevToolsError(f"{namespace}/{name} is not ready after {WAIT_SECONDS} s:\n{pods}")
    return f"{len(deployments)} Deployments are ready"


class ClusterShop:
    """The shop in the cluster, as devtools.demo.run loads it: commands in pods, customers at the gateway."""

    def manage(
        self,
        service: str,
        command: str,
        document: Path,
        *options: str,
        folder: tuple[str, Path] | None = None,
        on_progress: OnProgress | None = None,
    ) -> None:
        """Run a command of a service in its web pod, with the files sent along. Raises DevToolsError."""
        arguments = [service, command, "{}/document.json"]
        with tempfile.TemporaryFile() as archive:
            with tarfile.open(fileobj=archive, mode="w") as tar:
                tar.add(document, "document.json")
                if folder:
                    arguments += [folder[0], "{}/files"]
                    tar.add(folder[1], "files")
            archive.seek(0)
            line = [str(kubectl()), "--context", CONTEXT, "exec", "--stdin", f"deployment/{service}-web"]
            line += ["--namespace", service, "--container", "web"]
            process = subprocess.Popen(
                [*line, "--", "python", "-c", UNPACK_AND_RUN, *arguments, *options],
                stdin=archive,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            follow(process, f"manage.py {service} {command}", on_progress)

    def client(self) -> httpx.Client:
        """Uses the address: not every system's resolver knows names below localhost."""
        import httpx

        return httpx.Client(base_url=f"http://127.0.0.1:{HTTP_PORT}/api", headers={"Host": HOST}, timeout=30)


def _wait_for_address() -> str:
    """The controller takes a moment to learn of pods that have become ready."""
    import httpx

    ends = time.monotonic() + ADDRESS_SECONDS
    with ClusterShop().client() as client:
        while True:
            try:
                client.get("/catalog/v1/categories").raise_for_status()
            except httpx.HTTPError as error:
                if time.monotonic() > ends:
                    raise DevToolsError(f"The pods are ready, but http://{HOST} does not respond: {error}") from error
                time.sleep(1)
            else:
                return f"http://{HOST} responds"


def _load_demo() -> None:
    from devtools.demo.run import load
    from devtools.stack.config import Stack

    # Pictures and clips are the same for every shop of this tree, so they are made once.
    load(ClusterShop(), Stack.from_environment().folder("demo"))


def _buy() -> str:
    tested = _try(*_helm("test"), "streamcart", "--namespace", "default", "--timeout", "300s")
    log = _try(str(kubectl()), "logs", "--namespace", "frontend", "buy", "--context", CONTEXT).stdout.strip()
    if tested.returncode:
        raise DevToolsError(f"The shop does not sell: {log or _last_words(tested)}")
    return log


# --- programs ---------------------------------------------------------------------------------------------------


def _step(name: str, do: Callable[[], str]) -> None:
    started = time.monotonic()
    words = do()
    print(f"{name:<20} {words} ({time.monotonic() - started:.0f} s)", flush=True)


def _helm(*arguments: str) -> list[str]:
    return [str(helm()), *arguments, "--kube-context", CONTEXT]


def _kubectl(*arguments: str) -> str:
    return _run(str(kubectl()), *arguments, "--context", CONTEXT)


def _run(*command: str, stdin: str | None = None) -> str:
    """The output of a program. Raises DevToolsError with its last words."""
    run = _try(*command, stdin=stdin)
    if run.returncode:
        name = " ".join([Path(command[0]).name, *(word for word in command[1:4] if not word.startswith("-"))])
        raise DevToolsError(f"`{name}` failed: {_last_words(run)}")
    return run.stdout


def _try(*command: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, input=stdin, capture_output=True, text=True, check=False)


def _last_words(run: subprocess.CompletedProcess[str]) -> str:
    return " ".join((run.stderr.strip() or run.stdout.strip() or f"code {run.returncode}").splitlines()[-4:])
