"""A Git repository that Argo CD in the cluster follows, and what Argo CD makes of its commits."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from devtools.checks.testing import free_port
from devtools.project import ROOT
from devtools.release.settings import MANIFESTS, REPOSITORY
from tests.cluster.cluster import find, kubectl, wait_for

# What an Application is rendered from.
TRACKED = ("argocd", "charts")
ARGOCD = "argocd"


class Repository:
    """A bare repository behind `git daemon`, and a copy of it to work in with this project's charts and manifests."""

    def __init__(self, folder: Path) -> None:
        self.bare, self.copy = folder / "streamcart.git", folder / "copy"
        self.port = free_port()
        # Under which name the cluster reaches this machine: itself, or the gateway of kind's network.
        self.url = f"git://{os.environ.get('TEST_GIT_HOST', '127.0.0.1')}:{self.port}/streamcart.git"
        subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", str(self.bare)], check=True)
        subprocess.run(["git", "init", "--quiet", "--initial-branch=main", str(self.copy)], check=True)
        for name in TRACKED:
            shutil.copytree(ROOT / name, self.copy / name)
        for name in MANIFESTS:
            path = self.copy / "argocd" / name
            path.write_text(REPOSITORY.sub(self.url, path.read_text()))
        self.git("config", "user.name", "cluster-tests")
        self.git("config", "user.email", "cluster-tests@streamcart.example")
        self.git("remote", "add", "origin", str(self.bare))

    @contextmanager
    def served(self) -> Iterator[None]:
        command = [
            "git",
            "daemon",
            "--reuseaddr",
            "--export-all",
            f"--port={self.port}",
            f"--base-path={self.bare.parent}",
        ]
        daemon = subprocess.Popen([*command, str(self.bare)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield
        finally:
            daemon.terminate()
            daemon.wait(10)

    def git(self, *arguments: str) -> str:
        run = subprocess.run(["git", *arguments], cwd=self.copy, capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stderr
        return run.stdout.strip()

    def commit(self, subject: str) -> str:
        """Commit and push what was changed in the copy; returns the commit."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", subject)
        self.git("push", "--quiet", "origin", "HEAD:main")
        return self.git("rev-parse", "HEAD")

    def revert(self, commit: str) -> str:
        self.git("revert", "--no-edit", commit)
        self.git("push", "--quiet", "origin", "HEAD:main")
        return self.git("rev-parse", "HEAD")

    def write_values(self, name: str, change: Callable[[dict[str, Any]], None]) -> None:
        """Change a values file below argocd/environments/dev."""
        path = self.copy / "argocd" / "environments" / "dev" / f"{name}.yaml"
        values = yaml.safe_load(path.read_text()) or {}
        change(values)
        path.write_text(yaml.safe_dump(values))

    def set_tag(self, service: str, tag: str) -> None:
        self.write_values(service, lambda values: values[service]["image"].update({"tag": tag}))


def application(name: str) -> dict[str, Any]:
    """An Application of Argo CD's; {} while there is none."""
    return find("applications.argoproj.io", name, ARGOCD) or {}


def state(name: str) -> tuple[str, str, str]:
    """(sync status, health, phase of the last operation)."""
    status = application(name).get("status", {})
    return (
        status.get("sync", {}).get("status", ""),
        status.get("health", {}).get("status", ""),
        status.get("operationState", {}).get("phase", ""),
    )


def refresh(name: str) -> None:
    """Look at the repository now; returns when Argo CD has done so."""
    annotation = "argocd.argoproj.io/refresh"
    kubectl("annotate", "applications.argoproj.io", name, "--namespace", ARGOCD, f"{annotation}=hard", "--overwrite")
    wait_for(
        lambda: annotation not in application(name)["metadata"].get("annotations", {}), f"{name} is refreshed", 120
    )


def terminate(name: str) -> None:
    """End the operation that runs, as `argocd app terminate-op` does."""
    patch = '{"status":{"operationState":{"phase":"Terminating"}}}'
    kubectl("patch", "applications.argoproj.io", name, "--namespace", ARGOCD, "--type=merge", "--patch", patch)
    wait_for(lambda: state(name)[2] not in ("Running", "Terminating"), f"the operation of {name} ends", 120)


def wait_until_synced(name: str, revision: str) -> None:
    """The newest commit was applied, and all of it is healthy."""

    def is_synced() -> bool:
        found = application(name).get("status", {})
        operation = found.get("operationState", {})
        return (
            state(name) == ("Synced", "Healthy", "Succeeded")
            and operation.get("syncResult", {}).get("revision") == revision
        )

    refresh(name)
    wait_for(is_synced, f"{name} runs {revision[:12]}: {json.dumps(state(name))} {message(name)}", 400)


def message(name: str) -> str:
    status = application(name).get("status", {})
    conditions = [condition["message"] for condition in status.get("conditions", [])]
    return " ".join([*conditions, status.get("operationState", {}).get("message", "")])


def register_cluster(environment: str) -> None:
    """The cluster that Argo CD runs in under the environment's name, as infra/terraform/modules/argocd does it."""
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": f"cluster-{environment}",
            "namespace": ARGOCD,
            "labels": {"argocd.argoproj.io/secret-type": "cluster", "streamcart/environment": environment},
        },
        "stringData": {
            "name": environment,
            "server": "https://kubernetes.default.svc",
            "config": json.dumps({"tlsClientConfig": {"insecure": False}}),
        },
    }
    kubectl("apply", "--server-side", "--force-conflicts", "--filename=-", stdin=json.dumps(secret))
