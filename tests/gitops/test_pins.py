"""Every program, image and action that the pipeline runs is pinned, once, where the update robot reads it."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from apps.common.testing.iteration import some
from devtools.checks.lint import DOCKERFILES
from devtools.project import ROOT

GITHUB = ROOT / ".github"
# Majors that run on Node 24; GitHub ends Node 20.
NODE_24 = {
    "actions/checkout": 5,
    "actions/create-github-app-token": 3,
    "actions/download-artifact": 7,
    "actions/setup-go": 6,
    "actions/setup-python": 6,
    "actions/upload-artifact": 6,
    "azure/login": 3,
    "docker/build-push-action": 7,
    "docker/setup-buildx-action": 4,
    "github/codeql-action/analyze": 4,
    "github/codeql-action/init": 4,
    "hashicorp/setup-terraform": 4,
}


def updates() -> dict[str, list[str]]:
    """The folders that Dependabot reads, by ecosystem."""
    found: dict[str, list[str]] = {}
    for entry in yaml.safe_load((GITHUB / "dependabot.yml").read_text())["updates"]:
        found.setdefault(entry["package-ecosystem"], []).extend(entry.get("directories") or [entry["directory"]])
    return found


def reads(ecosystem: str, path: Path) -> bool:
    """Whether Dependabot looks into the folder of this file."""
    folder = "/" + str(path.relative_to(ROOT).parent)
    return any(fnmatch.fnmatch(folder.removesuffix("/."), pattern) for pattern in updates().get(ecosystem, []))


def used() -> Iterator[tuple[Path, str, str]]:
    """Each action of others that is used: the file, what is used, the comment behind it."""
    for path in (*GITHUB.glob("workflows/*.yml"), *GITHUB.glob("actions/*/action.yml")):
        for line in path.read_text().splitlines():
            found = re.search(r"uses: (\S+)(.*)", line)
            if found and not found[1].startswith("$/"):
                yield path, found[1], found[2]


def test_actions_are_pinned_by_commit_with_their_version_beside():
    for path, action, comment in some(used()):
        assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action), f"{path.name}: {action}"
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment), f"{path.name}: {action}"


def test_actions_run_on_node_24():
    for path, action, comment in some(used()):
        major = int(comment.removeprefix(" # v").partition(".")[0])
        assert major >= NODE_24[action.partition("@")[0]], f"{path.name}: {action}{comment}"


def test_an_action_has_one_version_everywhere():
    pins: dict[str, set[str]] = {}
    for _, action, comment in used():
        name, _, commit = action.partition("@")
        pins.setdefault(name, set()).add(f"{commit}{comment}")
    assert {name: found for name, found in pins.items() if len(found) > 1} == {}
    assert set(pins) == set(NODE_24)


def test_the_update_robot_reads_every_action():
    folders = updates()["github-actions"]
    # "/" is the workflows' folder to it.
    assert "/" in folders
    for path in GITHUB.glob("actions/*/action.yml"):
        assert reads("github-actions", path), path


@pytest.mark.parametrize("name", DOCKERFILES)
def test_base_images_are_literal_and_named_by_digest(name):
    """A variable in FROM is a pin that the update robot does not see."""
    text = (ROOT / name).read_text()
    stages = set(re.findall(r"^FROM \S+ AS (\S+)$", text, re.MULTILINE))
    for source in re.findall(r"^FROM (\S+)", text, re.MULTILINE):
        assert source in stages | {"scratch"} or re.fullmatch(r"[\w./-]+:[\w.-]+@sha256:[0-9a-f]{64}", source), source
    assert reads("docker", ROOT / name)


def test_every_dockerfile_is_known():
    listed = {str(path.relative_to(ROOT)) for path in ROOT.glob("*/Dockerfile")}
    listed |= {str(path.relative_to(ROOT)) for path in ROOT.glob("*/*/Dockerfile") if "node_modules" not in path.parts}
    listed |= {str(path.relative_to(ROOT)) for path in ROOT.glob(".*/Dockerfile")}
    assert listed == set(DOCKERFILES)


def test_people_and_images_have_the_same_python():
    bases = {
        re.findall(r"^FROM (\S+@\S+)", (ROOT / name).read_text(), re.MULTILINE)[0]
        for name in ("docker/Dockerfile", ".devcontainer/Dockerfile")
    }
    assert len(bases) == 1


def test_other_pins_are_in_files_that_the_update_robot_reads():
    for path in ("scripts/ci/go", "tests/chart/alertmanager"):
        assert reads("gomod", ROOT / path / "go.mod")
    assert reads("docker-compose", ROOT / "docker/compose.yaml")
    assert reads("pip", ROOT / "requirements/audit.txt")
    for path in ("apps/ui", "devtools/demo", "tests/chart/crds"):
        assert reads("npm", ROOT / path / "package-lock.json")
    for path in (ROOT / "infra/terraform").glob("*/*/versions.tf"):
        assert reads("terraform", path), path


def test_the_chart_s_images_are_the_compose_file_s():
    """Dependabot does not read the chart's values: its change of the compose file fails until the chart follows."""
    chart = yaml.safe_load((ROOT / "charts/streamcart/values.yaml").read_text())["global"]["images"]
    services = yaml.safe_load((ROOT / "docker/compose.yaml").read_text())["services"]
    assert chart["postgres"] == services["postgres"]["image"]
    assert chart["valkey"] == services["valkey"]["image"]
    assert chart["nginx"].rpartition(":")[2] == services["gateway"]["image"].rpartition(":")[2]


def test_no_version_of_a_tool_is_written_into_a_workflow():
    """A version in an input of an action is one that nobody raises: tools come from docker/tools and scripts/ci/go."""
    pattern = re.compile(r"^\s+(\w*version|\w+-release|image-ref|driver-opts):[ \t]*(\S.*)$", re.MULTILINE)
    paths = (*GITHUB.glob("workflows/*.yml"), *GITHUB.glob("actions/*/action.yml"))
    inputs = some((path, key, value) for path in paths for key, value in pattern.findall(path.read_text()))
    for path, key, value in inputs:
        # CPython's series is .python-version's.
        if key == "python-version":
            assert value == f'"{(ROOT / ".python-version").read_text().strip()}"', path
        else:
            assert "${{" in value, f"{path.name}: {key}: {value}"


def test_scripts_download_nothing_that_is_not_pinned():
    for path in some((*(ROOT / "scripts/ci").glob("*.sh"), *(ROOT / ".devcontainer").glob("*.sh"))):
        text = path.read_text()
        assert not re.search(r"\b(curl|wget|npx|pipx)\b", text), path
        for install in re.findall(r"pip install (.*)", text):
            assert "--require-hashes" in install, path


def test_the_tools_that_scripts_ask_for_are_pinned():
    pinned = set(re.findall(r" AS ([\w-]+)$", (ROOT / "docker/tools/Dockerfile").read_text(), re.MULTILINE))
    texts = [path.read_text() for path in (*(ROOT / "scripts/ci").glob("*.sh"), *GITHUB.rglob("*.yml"))]
    wanted = set()
    for text in texts:
        for arguments in re.findall(r"scripts/ci/tool\.sh (?:install|image|version) ([\w -]+)", text):
            wanted |= set(arguments.split())
    assert wanted == pinned


def test_the_scanner_is_a_release_that_was_neither_deleted_nor_malicious():
    """0.27.0 to 0.69.1 are gone, 0.69.4 to 0.69.6 carried malware (March 2026)."""
    [version] = re.findall(r"/trivy:(\d+)\.(\d+)\.\d+@", (ROOT / "docker/tools/Dockerfile").read_text())
    assert (int(version[0]), int(version[1])) >= (0, 70)


def test_every_tool_is_tried_each_week_and_when_a_pin_changes():
    text = (GITHUB / "workflows/tools.yml").read_text()
    workflow = yaml.safe_load(text)
    on = workflow.get("on", workflow.get(True))
    assert on["schedule"]
    assert {"docker/Dockerfile", "docker/tools/**", "scripts/ci/**", ".devcontainer/**"} <= set(
        on["pull_request"]["paths"]
    )
    script = (ROOT / "scripts/ci/try-tools.sh").read_text()
    [installed] = re.findall(r"tool\.sh install (.*)", text)
    for name in installed.split():
        assert f"try {name} " in script
    modules = re.search(r"^tool \((.*?)^\)", (ROOT / "scripts/ci/go/go.mod").read_text(), re.MULTILINE | re.DOTALL)
    for module in modules[1].split():
        assert f"module_version {module})" in script
