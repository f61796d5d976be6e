"""Changes that break the design, each made to a copy of the manifests: the test that is named says no.

The rendered objects have mutations of their own (tests/chart/test_policies.py); these are of what people edit.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from devtools.project import ROOT
from tests.gitops.monitoring_mutations import ALERTS, METRICS, MONITORING_MUTATIONS
from tests.gitops.mutating import Mutation, added, removed, replaced
from tests.gitops.pipeline_mutations import PINS, PIPELINE_MUTATIONS, WORKFLOWS

# Each runs tests that have as long themselves, and may be the first to compile what tries Alertmanager's routes.
pytestmark = pytest.mark.timeout(300)
# What the checks read, and what they are made of.
COPIED = (
    ".devcontainer",
    ".github",
    ".python-version",
    "apps/__init__.py",
    "apps/common/__init__.py",
    "apps/common/testing/__init__.py",
    "apps/common/testing/iteration.py",
    "apps/ui/package-lock.json",
    "argocd",
    "charts",
    "conftest.py",
    "docker",
    "docs",
    "devtools",
    "infra",
    "manage.py",
    "pyproject.toml",
    "requirements",
    "scripts",
    "tests",
)
APPLICATIONS = "tests/gitops/test_applications.py"
ADDONS, SETTINGS = "tests/gitops/test_addons.py", "tests/gitops/test_settings.py"
UMBRELLA = f"{APPLICATIONS}::test_an_environment_s_applications_are_the_umbrella"
SERVICES, PROJECT = "argocd/services.yaml", "argocd/project.yaml"
VALUES, LIBRARY = "charts/streamcart/values.yaml", "charts/streamcart/charts/common/templates"
# By name: the test that says no, and the change.
MUTATIONS: dict[str, tuple[str, Mutation]] = {
    "missing values files are forgiven": (
        f"{APPLICATIONS}::test_applications_name_values_files_that_exist",
        replaced(SERVICES, "ignoreMissingValueFiles: false", "ignoreMissingValueFiles: true"),
    ),
    "nothing heals itself": (
        f"{APPLICATIONS}::test_applications_heal_themselves_and_try_again_with_the_newest_commit",
        replaced(SERVICES, "selfHeal: true", "selfHeal: false"),
    ),
    "the library becomes an Application": (
        f"{APPLICATIONS}::test_every_service_and_environment_has_an_application",
        # A chart with values is a service.
        added("charts/streamcart/charts/common/values.yaml", "namespace: common\n"),
    ),
    "every Application renders everything": (UMBRELLA, replaced(SERVICES, 'value: "false"', 'value: "true"')),
    "an Application reads another's values": (
        f"{APPLICATIONS}::test_applications_name_values_files_that_exist",
        replaced(SERVICES, "{{ .path.basename }}.yaml\n          parameters", "catalog.yaml\n          parameters"),
    ),
    "a typo in a template is an empty text": (
        f"{APPLICATIONS}::test_every_service_and_environment_has_an_application",
        replaced(SERVICES, "missingkey=error", "missingkey=zero"),
    ),
    "a change of the library refreshes nothing": (
        f"{APPLICATIONS}::test_a_change_refreshes_the_service_that_it_concerns",
        replaced(SERVICES, "/charts/streamcart/charts/common;", ""),
    ),
    "syncs are applied by the client": (
        f"{APPLICATIONS}::test_applications_heal_themselves_and_try_again_with_the_newest_commit",
        replaced(SERVICES, "ServerSideApply=true", "Replace=true"),
    ),
    "another repository": (
        f"{SETTINGS}::test_the_tree_follows_from_its_settings",
        replaced(SERVICES, "streamcart/streamcart", "somebody/streamcart"),
    ),
    "a namespace is not allowed": (
        f"{APPLICATIONS}::test_the_project_allows_what_is_rendered_and_no_more",
        replaced(PROJECT, "    - {name: prod, namespace: video}\n", ""),
    ),
    "a foreign namespace is allowed": (
        f"{APPLICATIONS}::test_the_project_allows_what_is_rendered_and_no_more",
        replaced(PROJECT, "{name: dev, namespace: redis}", "{name: dev, namespace: kube-system}"),
    ),
    "a kind is not allowed": (
        f"{APPLICATIONS}::test_the_project_allows_what_is_rendered_and_no_more",
        replaced(PROJECT, "    - {group: batch, kind: Job}\n", ""),
    ),
    "the set of Applications is not applied": (
        f"{APPLICATIONS}::test_all_files_of_the_folder_are_applied",
        replaced("argocd/kustomization.yaml", "  - services.yaml\n", ""),
    ),
    "a mutable tag": (
        UMBRELLA,
        replaced("argocd/environments/dev/catalog.yaml", 'tag: "0.1.0"', 'tag: "latest"'),
    ),
    "a misspelt value": (UMBRELLA, replaced("argocd/environments/prod/video.yaml", "image:", "imgae:")),
    "an environment's file is gone": (
        f"{APPLICATIONS}::test_applications_name_values_files_that_exist",
        removed("argocd/environments/prod/payment.yaml"),
    ),
    "a file that nobody reads": (
        f"{APPLICATIONS}::test_no_values_file_is_left_over",
        added("argocd/environments/dev/search.yaml", "search: {}\n"),
    ),
    "a wrong namespace": (
        f"{APPLICATIONS}::test_the_project_allows_what_is_rendered_and_no_more",
        replaced("charts/streamcart/charts/catalog/values.yaml", "namespace: catalog", "namespace: shop"),
    ),
    "no default deny": (
        UMBRELLA,
        removed("charts/streamcart/charts/catalog/templates/networkpolicy-default-deny.yaml"),
    ),
    "a call that nobody lets in": (UMBRELLA, replaced(f"{LIBRARY}/_network.tpl", "range $callers", "range list")),
    "migrations wait for nothing and pods for them": (
        f"{APPLICATIONS}::test_a_migration_stops_a_sync_before_any_pod_is_replaced",
        replaced(f"{LIBRARY}/_workloads.tpl", '{{- include "common.wave" "1" }}\n', ""),
    ),
    "a secret that nobody makes": (UMBRELLA, replaced(VALUES, "        STREAM_SECRET: video-stream-secret\n", "")),
    "a service without a Secret's key": (
        UMBRELLA,
        replaced(VALUES, "        SECRET_KEY: auth-secret-key\n", ""),
    ),
    "an image may write to its root": (
        UMBRELLA,
        replaced(f"{LIBRARY}/_pod.tpl", "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false"),
    ),
    "an add-on of any version": (
        f"{ADDONS}::test_versions_are_pinned_and_the_same_everywhere",
        replaced("argocd/addons.yaml", "version: 2.7.3", "version: 2.*"),
    ),
    "an add-on's chart from elsewhere": (
        f"{ADDONS}::test_the_project_allows_these_charts_and_namespaces_and_no_more",
        replaced("argocd/addons.yaml", "https://charts.jetstack.io", "https://charts.example"),
    ),
    "a gateway where no policy lets it in": (
        f"{ADDONS}::test_addons_run_in_the_namespaces_that_policies_admit",
        replaced("argocd/addons.yaml", "namespace: nginx-ingress", "namespace: ingress"),
    ),
    "an add-on's file is gone": (
        f"{ADDONS}::test_values_files_exist_and_none_is_left_over",
        removed("argocd/environments/prod/addons/keda.yaml"),
    ),
    "add-ons in the shop's namespaces": (
        f"{ADDONS}::test_the_project_allows_these_charts_and_namespaces_and_no_more",
        replaced("argocd/addons-project.yaml", "namespace: keda}", "namespace: payment}"),
    ),
    "an alert that nobody wrote": (
        f"{APPLICATIONS}::test_subscriptions_have_their_triggers_and_triggers_their_templates",
        replaced("argocd/notifications.yaml", "template.sync-failed", "template.sync-error"),
    ),
    "an Application that fits no destination": (
        f"{APPLICATIONS}::test_the_project_allows_what_is_rendered_and_no_more",
        replaced(SERVICES, '        namespace: "{{ .namespace }}"\n', ""),
    ),
    "a window that freezes everything": (
        f"{APPLICATIONS}::test_production_s_window_is_production_s",
        replaced(PROJECT, "      clusters: [prod]\n", '      clusters: [prod]\n      namespaces: ["*"]\n'),
    ),
    "a diff of texts": (
        f"{APPLICATIONS}::test_the_api_server_compares",
        replaced(SERVICES, "ServerSideDiff=true", "ServerSideDiff=false"),
    ),
    "a retry that skips the failed migration": (
        f"{APPLICATIONS}::test_applications_heal_themselves_and_try_again_with_the_newest_commit",
        replaced(SERVICES, "- RespectIgnoreDifferences=true", "- ApplyOutOfSyncOnly=true"),
    ),
    "a revert that nobody looks at": (
        f"{APPLICATIONS}::test_applications_heal_themselves_and_try_again_with_the_newest_commit",
        replaced(SERVICES, "          refresh: true\n", ""),
    ),
    "production from main": (
        f"{APPLICATIONS}::test_production_follows_what_was_promoted_and_dev_what_was_merged",
        replaced(SERVICES, "}}release{{", "}}main{{"),
    ),
    "an autoscaler before its pods": (
        f"{APPLICATIONS}::test_a_migration_stops_a_sync_before_any_pod_is_replaced",
        replaced(f"{LIBRARY}/_workloads.tpl", '{{- include "common.wave" "3" }}', '{{- include "common.wave" "0" }}'),
    ),
    "pods of a priority that nobody makes": (
        f"{APPLICATIONS}::test_priority_class_is_rendered_with_its_service",
        removed("charts/streamcart/charts/catalog/templates/priorityclass.yaml"),
    ),
    "what is written was edited": (
        f"{SETTINGS}::test_the_tree_follows_from_its_settings",
        replaced("argocd/environments/prod/azure.yaml", "streamcart.example", "shop.example"),
    ),
}


ALL = MUTATIONS | PIPELINE_MUTATIONS | MONITORING_MUTATIONS


def files(root: Path) -> dict[Path, tuple[int, int]]:
    """What can be seen of a change, by file; compiled modules follow from the others."""
    found = (path for path in root.rglob("*") if path.is_file() and path.parent.name != "__pycache__")
    return {path.relative_to(root): (path.stat().st_mtime_ns, path.stat().st_size) for path in found}


@pytest.fixture(scope="module")
def original(tmp_path_factory) -> Path:
    """What Git knows, so nothing that lies about."""
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
            shutil.copy2(ROOT / name, root / name)
    return root


@pytest.fixture(scope="module")
def changeable(original, tmp_path_factory) -> Path:
    return shutil.copytree(original, tmp_path_factory.mktemp("copy") / "copy")


@pytest.fixture
def copy(original, changeable) -> Iterator[Path]:
    """The same for each mutation, so that its modules are compiled once; what was changed is put back."""
    yield changeable
    before, after = files(original), files(changeable)
    for name in after.keys() - before.keys():
        (changeable / name).unlink()
    for name in before:
        if after.get(name) != before[name]:
            shutil.copy2(original / name, changeable / name)
    assert files(changeable) == before


def check(root: Path, tests: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "pytest_timeout", "-p", "no:cacheprovider", tests]
    # Every other plugin takes longer to import than most checks take.
    bare = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(command, cwd=root, env=bare, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("tests", [ADDONS, ALERTS, APPLICATIONS, METRICS, PINS, SETTINGS, WORKFLOWS])
def test_unchanged_copy_passes(copy, tests):
    run = check(copy, tests)
    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize("name", ALL)
def test_mutation_fails_its_test(copy, name):
    tests, mutate = ALL[name]
    mutate(copy)
    run = check(copy, tests)
    # pytest's code 1 says that a test failed; others, that nothing was tried.
    assert run.returncode == 1, run.stdout + run.stderr
