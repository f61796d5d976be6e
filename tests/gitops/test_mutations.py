"""Changes that break the design, each made to a copy of the manifests: a check says no to every one.

The rendered objects have mutations of their own (tests/chart/test_policies.py); these are of what people edit.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from house.config import ROOT

# What the checks read, and what they are made of.
COPIED = (
    "argocd",
    "charts",
    "conftest.py",
    "docs",
    "house",
    "infra",
    ".github",
    "manage.py",
    "pyproject.toml",
    "tests",
)
APPLICATIONS, WORKFLOWS = "tests/gitops/test_applications.py", "tests/gitops/test_workflows.py"
ADDONS, SETTINGS = "tests/gitops/test_addons.py", "tests/gitops/test_settings.py"
type Mutation = Callable[[Path], None]


def replaced(file: str, old: str, new: str) -> Mutation:
    def mutate(root: Path) -> None:
        path = root / file
        text = path.read_text()
        assert old in text, f"{file} has no {old!r}: the mutation is out of date"
        path.write_text(text.replace(old, new, 1))

    return mutate


def removed(file: str) -> Mutation:
    return lambda root: (root / file).unlink()


def added(file: str, text: str) -> Mutation:
    def mutate(root: Path) -> None:
        (root / file).write_text(text)

    return mutate


SERVICES, PROJECT, PIPELINE = "argocd/services.yaml", "argocd/project.yaml", ".github/workflows/service.yml"
VALUES, LIBRARY = "charts/streamcart/values.yaml", "charts/streamcart/charts/common/templates"
MUTATIONS: dict[str, tuple[str, Mutation]] = {
    "missing values files are forgiven": (
        APPLICATIONS,
        replaced(SERVICES, "ignoreMissingValueFiles: false", "ignoreMissingValueFiles: true"),
    ),
    "nothing heals itself": (APPLICATIONS, replaced(SERVICES, "selfHeal: true", "selfHeal: false")),
    "the library becomes an Application": (APPLICATIONS, replaced(SERVICES, "exclude: true", "exclude: false")),
    "every Application renders everything": (APPLICATIONS, replaced(SERVICES, 'value: "false"', 'value: "true"')),
    "an Application reads another's values": (
        APPLICATIONS,
        replaced(SERVICES, "{{ .path.basename }}.yaml\n          parameters", "catalog.yaml\n          parameters"),
    ),
    "a typo in a template is an empty text": (APPLICATIONS, replaced(SERVICES, "missingkey=error", "missingkey=zero")),
    "a change of the library refreshes nothing": (
        APPLICATIONS,
        replaced(SERVICES, "/charts/streamcart/charts/common;", ""),
    ),
    "syncs are applied by the client": (APPLICATIONS, replaced(SERVICES, "ServerSideApply=true", "Replace=true")),
    "another repository": (SETTINGS, replaced(SERVICES, "streamcart/streamcart", "somebody/streamcart")),
    "a namespace is not allowed": (APPLICATIONS, replaced(PROJECT, "    - {name: prod, namespace: video}\n", "")),
    "a foreign namespace is allowed": (
        APPLICATIONS,
        replaced(PROJECT, "{name: dev, namespace: redis}", "{name: dev, namespace: kube-system}"),
    ),
    "a kind is not allowed": (APPLICATIONS, replaced(PROJECT, "    - {group: batch, kind: Job}\n", "")),
    "the set of Applications is not applied": (
        APPLICATIONS,
        replaced("argocd/kustomization.yaml", "  - services.yaml\n", ""),
    ),
    "a mutable tag": (
        APPLICATIONS,
        replaced("argocd/environments/dev/catalog.yaml", 'tag: "0.1.0"', 'tag: "latest"'),
    ),
    "a misspelt value": (APPLICATIONS, replaced("argocd/environments/prod/video.yaml", "image:", "imgae:")),
    "an environment's file is gone": (APPLICATIONS, removed("argocd/environments/prod/payment.yaml")),
    "a file that nobody reads": (APPLICATIONS, added("argocd/environments/dev/search.yaml", "search: {}\n")),
    "a wrong namespace": (
        APPLICATIONS,
        replaced("charts/streamcart/charts/catalog/values.yaml", "namespace: catalog", "namespace: shop"),
    ),
    "no default deny": (
        APPLICATIONS,
        replaced(f"{LIBRARY}/_network.tpl", '{{- include "common.defaultDeny" . }}\n', ""),
    ),
    "a call that nobody lets in": (APPLICATIONS, replaced(f"{LIBRARY}/_network.tpl", "range $callers", "range list")),
    "migrations wait for nothing and pods for them": (
        APPLICATIONS,
        replaced(f"{LIBRARY}/_workloads.tpl", '{{- include "common.wave" "1" }}\n', ""),
    ),
    "a secret that nobody makes": (APPLICATIONS, replaced(VALUES, "        STREAM_SECRET: video-stream-secret\n", "")),
    "a service without a Secret's key": (
        APPLICATIONS,
        replaced(VALUES, "        SECRET_KEY: auth-secret-key\n", ""),
    ),
    "an image may write to its root": (
        APPLICATIONS,
        replaced(f"{LIBRARY}/_pod.tpl", "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false"),
    ),
    "an add-on of any version": (ADDONS, replaced("argocd/addons.yaml", "version: 2.7.3", "version: 2.*")),
    "an add-on's chart from elsewhere": (
        ADDONS,
        replaced("argocd/addons.yaml", "https://charts.jetstack.io", "https://charts.example"),
    ),
    "a gateway where no policy lets it in": (
        ADDONS,
        replaced("argocd/addons.yaml", "namespace: nginx-ingress", "namespace: ingress"),
    ),
    "an add-on's file is gone": (ADDONS, removed("argocd/environments/prod/addons/keda.yaml")),
    "add-ons in the shop's namespaces": (
        ADDONS,
        replaced("argocd/addons-project.yaml", "namespace: keda}", "namespace: payment}"),
    ),
    "an alert that nobody wrote": (
        APPLICATIONS,
        replaced("argocd/notifications.yaml", "template.sync-failed", "template.sync-error"),
    ),
    "a priority that does not exist": (
        APPLICATIONS,
        replaced("argocd/priority.yaml", "streamcart-service", "shop-service"),
    ),
    "what is written was edited": (
        SETTINGS,
        replaced("argocd/environments/prod/azure.yaml", "streamcart.example", "shop.example"),
    ),
    "an apply without a merge": (
        WORKFLOWS,
        replaced(".github/workflows/terraform.yml", "    if: github.event_name == 'push'\n", ""),
    ),
    "a plan as whoever applies": (
        WORKFLOWS,
        replaced(
            ".github/workflows/terraform.yml", "environment }}-plan\n    concurrency", "environment }}\n    concurrency"
        ),
    ),
    "an action by its tag": (
        WORKFLOWS,
        replaced(PIPELINE, "checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0", "checkout@v5"),
    ),
    "a workflow that may do everything": (WORKFLOWS, replaced(PIPELINE, "permissions: {}", "permissions: write-all")),
    "a token left in the checkout": (
        WORKFLOWS,
        replaced(PIPELINE, "persist-credentials: false", "persist-credentials: true"),
    ),
    "an image without a commit": (WORKFLOWS, replaced(PIPELINE, "}}:${{ github.sha }}", "}}:latest")),
    "a release before the tests": (WORKFLOWS, replaced(PIPELINE, "    needs: test\n", "")),
    "a release from any branch": (
        WORKFLOWS,
        replaced(PIPELINE, " && github.ref == 'refs/heads/main'", ""),
    ),
    "an input that becomes a program": (
        WORKFLOWS,
        replaced(PIPELINE, 'bump dev "$SERVICE"', 'bump dev "${{ inputs.service }}"'),
    ),
    "a library whose change builds nothing": (
        WORKFLOWS,
        replaced(".github/workflows/catalog.yml", "      - apps/common/**\n", ""),
    ),
    "a job without an end": (WORKFLOWS, replaced(".github/workflows/checks.yml", "    timeout-minutes: 20\n", "")),
    "a part of the tests that never runs": (
        WORKFLOWS,
        replaced("house/changed.py", '    ("images",),\n', ""),
    ),
}


@pytest.fixture(scope="module")
def original(tmp_path_factory) -> Path:
    """A copy to copy from: what Git knows, so nothing that lies about."""
    root = tmp_path_factory.mktemp("original")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *COPIED],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, root / name)
    return root


@pytest.fixture
def copy(original, tmp_path) -> Iterator[Path]:
    """A fresh one for each mutation. The checks themselves are only read, so they are linked."""
    root = tmp_path / "copy"
    root.mkdir()
    for entry in original.iterdir():
        if entry.name in ("argocd", "charts", "house", "infra", ".github"):
            shutil.copytree(entry, root / entry.name)
        elif entry.is_dir():
            shutil.copytree(entry, root / entry.name, copy_function=os.link)
        else:
            shutil.copy(entry, root / entry.name)
    yield root
    shutil.rmtree(root)


def check(root: Path, tests: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:django", "-p", "no:cacheprovider", tests]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("tests", [ADDONS, APPLICATIONS, SETTINGS, WORKFLOWS])
def test_the_copy_itself_is_fine(copy, tests):
    run = check(copy, tests)
    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize("name", MUTATIONS)
def test_it_is_caught(copy, name):
    tests, mutate = MUTATIONS[name]
    mutate(copy)
    run = check(copy, tests)
    # pytest's code 1 says that a test failed; others, that nothing was tried.
    assert run.returncode == 1, run.stdout + run.stderr
