"""Commands and paths in docs/gitops.md and docs/images.md exist."""

from __future__ import annotations

import json
import re
import shlex

import pytest
import yaml

from apps.common.testing.iteration import some
from devtools.project import ROOT
from devtools.release.gitops import _parser

GITOPS = (ROOT / "docs" / "gitops.md").read_text()
TEXTS = {name: (ROOT / "docs" / name).read_text() for name in ("gitops.md", "images.md")}
WORKFLOWS = ROOT / ".github" / "workflows"
FILLED = {"<commit>": "0" * 40, "sha256:…": "sha256:" + "0" * 64}


def commands() -> list[str]:
    found = re.findall(r"python -m devtools\.release\.gitops ([^`\n#]+)", GITOPS)
    assert found
    return [line.strip() for line in found]


@pytest.mark.parametrize("line", commands())
def test_each_release_command_is_one_that_the_program_takes(line):
    for placeholder, value in FILLED.items():
        line = line.replace(placeholder, value)
    _parser().parse_args(shlex.split(line))


def test_scripts_and_files_that_are_named_are_there():
    text = "\n".join(TEXTS.values())
    for path in some(re.findall(r"`((?:scripts|tests|docker|\.github|infra|argocd)/[\w./-]+)`?", text)):
        assert (ROOT / path.rstrip("/")).exists(), path
    for script in some(re.findall(r"scripts/ci/[\w-]+\.sh", text)):
        assert (ROOT / script).is_file(), script


def test_workflows_environments_and_variables_that_are_named_are_there():
    workflows = "".join(path.read_text() for path in WORKFLOWS.glob("*.yml"))
    for name in ("promote", "production", "tools", "version"):
        assert f"workflow `{name}`" in GITOPS.replace("\n", " ").replace("   ", " ")
        assert (WORKFLOWS / f"{name}.yml").is_file()
    for environment in ("release", "promotion"):
        assert f"environment: {environment}\n" in workflows
    script = (ROOT / "scripts/ci/release-app.sh").read_text()
    for name in ("RELEASE_APP_CLIENT_ID", "RELEASE_APP_PRIVATE_KEY"):
        assert name in workflows
        assert name in script


def test_rulesets_are_as_the_page_says():
    found = {path.stem: json.loads(path.read_text()) for path in (ROOT / ".github/rulesets").glob("*.json")}
    assert set(found) == {"main", "release", "versions"}
    rules = {
        name: {rule["type"]: rule.get("parameters", {}) for rule in ruleset["rules"]} for name, ruleset in found.items()
    }
    assert rules["main"]["required_status_checks"]["required_status_checks"] == [{"context": "checks"}]
    assert rules["main"]["pull_request"]["required_approving_review_count"] == 1
    assert set(rules["release"]) == {"creation", "update", "deletion", "non_fast_forward"}
    for name in ("main", "release"):
        apps = [actor for actor in found[name]["bypass_actors"] if actor["actor_type"] == "Integration"]
        assert [actor["bypass_mode"] for actor in apps] == ["always"]
    [person] = [actor for actor in found["main"]["bypass_actors"] if actor["actor_type"] == "RepositoryRole"]
    assert person["bypass_mode"] == "pull_request"


def test_the_identity_that_people_verify_is_that_of_whoever_signs():
    """The certificate names the workflow file of the job that signs, and the ref that it ran on."""
    signing = {
        path.name
        for path in WORKFLOWS.glob("*.yml")
        if re.search(r"uses: \$/\.github/actions/publish|version\.sh", path.read_text())
    }
    [expression] = re.findall(r"--certificate-identity-regexp '([^']+)'", GITOPS)
    pattern = re.compile(expression.replace("<owner>", "acme").replace("<repository>", "shop"))
    address = "https://github.com/acme/shop/.github/workflows"
    identities = {
        "service.yml": f"{address}/service.yml@refs/heads/main",
        "version.yml": f"{address}/version.yml@refs/tags/v1.2.3",
    }
    assert signing == set(identities)
    for identity in identities.values():
        assert pattern.fullmatch(identity)
    for other in (
        f"{address}/service.yml@refs/heads/topic",
        f"{address}/service.yml@refs/pull/1/merge",
        f"{address}/checks.yml@refs/heads/main",
        f"{address.replace('acme', 'eve')}/service.yml@refs/heads/main",
    ):
        assert not pattern.fullmatch(other)


def test_the_dev_container_starts_what_is_there():
    text = re.sub(r"^\s*//.*$", "", (ROOT / ".devcontainer/devcontainer.json").read_text(), flags=re.MULTILINE)
    container = json.loads(text)
    assert container["forwardPorts"] == [8000]
    assert (ROOT / ".devcontainer" / container["build"]["dockerfile"]).is_file()
    script = ROOT / container["postCreateCommand"]
    assert script.stat().st_mode & 0o111
    assert "make setup" in script.read_text()
    assert yaml.safe_load((ROOT / ".github/dependabot.yml").read_text())
