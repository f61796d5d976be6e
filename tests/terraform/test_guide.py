"""docs/azure.md, its scripts and azure.yaml name only what exists, and every command in them is one that can be run."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml

from apps.common.testing.iteration import some
from devtools.project import ROOT
from devtools.release.settings import main as settings
from scripts.azure import quotas
from tests.terraform.configuration import FOLDER, declared, text_of

GUIDES = (ROOT / "docs" / "azure.md", ROOT / "docs" / "runbooks" / "upgrades.md")
SCRIPTS = ROOT / "scripts" / "azure"
ROOTS = FOLDER / "environments"
# What is typed before there is a script: cloning, signing in, saving.
PLAIN = ("az login", "azd ", "cd ", "gh repo create", "git ", "make ")


def commands(path: Path) -> list[str]:
    blocks = re.findall(r"^```sh\n(.*?)^```$", path.read_text(), re.M | re.S)
    return [line for block in blocks for line in block.splitlines()]


def arguments(script: Path) -> list[str]:
    """What the script says that it takes, from its first comment."""
    usage = re.search(rf"^# {re.escape(script.name)}(.*?):", script.read_text(), re.M)
    assert usage, f"{script.name} does not say how it is called"
    return usage[1].split()


def test_every_command_is_a_script_or_plain():
    lines = commands(GUIDES[0])
    assert len(lines) > 15
    for line in lines:
        program, *given = shlex.split(line)
        if program.startswith(("scripts/azure/", "scripts/ci/")):
            wanted = arguments(ROOT / program)
            if wanted and wanted[-1].endswith("…"):
                assert len(given) >= len(wanted), line
            else:
                assert len(given) == len(wanted), line
        else:
            assert line.startswith(PLAIN), line


def test_guide_pushes_to_main_only_before_it_is_protected():
    """The rules that release-app.sh switches on let no person push to main, administrators included."""
    lines = commands(GUIDES[0])
    [protected] = [number for number, line in enumerate(lines) if "release-app.sh" in line]
    pushes = [number for number, line in enumerate(lines) if "git push" in line]
    assert pushes
    assert max(pushes) < protected


def test_guide_changes_into_the_cloned_folder():
    lines = commands(GUIDES[0])
    [cloned] = [number for number, line in enumerate(lines) if "--clone" in line]
    repository = shlex.split(lines[cloned])[3].rpartition("/")[2]
    assert lines[cloned + 1] == f"cd {repository}"


def test_every_script_is_in_the_guide():
    text = GUIDES[0].read_text()
    for script in some(SCRIPTS.glob("*.sh")):
        assert script.name == "common.sh" or script.name in text, script.name


def test_make_targets_exist():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    for guide in GUIDES:
        named = re.findall(r"(?:^|`)make ([a-z-]+)", guide.read_text(), re.M)
        assert set(named) <= targets


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_links_and_paths_lead_somewhere(guide):
    text = guide.read_text()
    links = re.findall(r"\]\(([^)#:]+?)(?:#[^)]*)?\)", text)
    assert [link for link in links if not (guide.parent / link).exists()] == []
    code = "\n".join([*re.findall(r"`([^`\n]+)`", text), *commands(guide)])
    paths = set(re.findall(r"(?<![\w~/.])((?:argocd|docs|stack|infra|scripts)/[\w./-]*\w)", code))
    # What Terraform's outputs are kept in is made by the step that names it.
    assert {path for path in paths if not (ROOT / path).exists()} <= {"infra/outputs"}


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_names_of_settings_variables_and_workflows_exist(guide):
    """Every name in code that looks like one of Terraform's or of the settings' is declared there."""
    declarations = (ROOT / "infra" / "settings.yaml").read_text()
    declarations += "".join(text_of(folder) for folder in FOLDER.glob("*/*") if folder.is_dir())
    declarations += "".join(path.read_text() for path in (ROOT / ".github" / "workflows").glob("*.yml"))
    names = re.findall(r"`((?:[a-z]+[_.])+[a-z_]+|[A-Z]+(?:_[A-Z]+)+)(?: = [^`]+)?`", guide.read_text())
    files = {path.name for path in (*SCRIPTS.iterdir(), *ROOTS.glob("*/*"))}
    parts = {part for name in set(names) - files - {"catalogue.json"} for part in name.split(".")}
    assert {part for part in parts if not re.search(rf"(?<![\w-]){re.escape(part)}(?![\w-])", declarations)} == set()


def test_every_module_is_in_the_table():
    table = GUIDES[0].read_text().partition("## What Terraform creates")[2].partition("\n\n")[2].partition("\n\n")[0]
    listed = set(re.findall(r"`(\w+)`", " ".join(line.split("|")[1] for line in table.splitlines())))
    assert listed == {path.name for path in (FOLDER / "modules").iterdir()}


def test_quotas_are_those_of_the_sizes():
    text = " ".join(GUIDES[0].read_text().partition("**Quota.**")[2].partition("## ")[0].split())
    least, most = (
        {name: sum(each * pool[index] for _, each, *pool in quotas.pools(name)) for name in ("dev", "prod")}
        for index in (0, 1)
    )
    families = {family for name in ("dev", "prod") for family in quotas.needed(name)}
    assert families == {"standardDASv5Family"}
    [dev], [prod] = (quotas.needed(name).values() for name in ("dev", "prod"))
    assert f"`dev` runs on {least['dev']} cores and grows to {most['dev']}" in text
    assert f"`prod` runs on {least['prod']} and grows to {most['prod']}" in text
    assert f"ask for {dev} and {prod} ({dev + prod} when both share" in text


@pytest.mark.parametrize("script", sorted(SCRIPTS.glob("*.sh")), ids=lambda path: path.name)
def test_scripts_name_what_exists(script):
    text = script.read_text()
    names = re.findall(r"\bsetting ([a-z_.]+)", text)
    names += [f"environments.dev.{name}" for name in re.findall(r'setting "environments\.\$\w+\.(\w+)"', text)]
    assert [name for name in names if settings(["get", name]) != 0] == []
    outputs = set(re.findall(r"(?:\$\(|\bterraform .*?)\boutput (?:-json )?([a-z_]+)\b", text))
    assert outputs <= {name for root in ROOTS.iterdir() for name in declared(root, "output")}
    roots = re.findall(r"\$roots/([a-z-]+)", text)
    assert [name for name in roots if not (ROOTS / name).is_dir()] == []
    paths = re.findall(r"\$root/((?:scripts|infra|argocd)/[\w./-]+\w)", text)
    assert [name for name in paths if not (ROOT / name).exists()] == []
    suffixes = re.findall(r"-var-file=\"?\$environment(\.\w+)", text)
    files = [ROOTS / "data-plane" / f"{each}{suffix}" for suffix in suffixes for each in ("dev", "prod")]
    assert [path for path in files if not path.is_file()] == []


STARTS = [
    (script, name, rest)
    for script in sorted(SCRIPTS.glob("*.sh"))
    for name, rest in re.findall(r'gh workflow run "?([\w$.]+)"?(.*)$', script.read_text(), re.M)
]


@pytest.mark.parametrize(
    ("script", "name", "rest"),
    [
        pytest.param(
            *start,
            id=start[0].name,
        )
        for start in STARTS
    ],
)
def test_workflows_that_scripts_start_take_what_they_are_given(script, name, rest):
    [services] = re.findall(r"^for service in (.+); do$", script.read_text(), re.M) or [""]
    for service in services.split() or [""]:
        path = ROOT / ".github" / "workflows" / name.replace("$service", service)
        assert path.is_file(), path
        # YAML reads the key `on` as true.
        started = yaml.safe_load(path.read_text())[True]["workflow_dispatch"] or {}
        for field, value in re.findall(r'--field "?(\w+)=(\w+)', rest):
            assert value in started["inputs"][field]["options"], value


def test_azd_finds_what_azure_yaml_names():
    """azd reads the root's parameters and backend from files that it expects beside it."""
    found = yaml.safe_load((ROOT / "azure.yaml").read_text())
    assert re.fullmatch(r"[a-z0-9][-a-z0-9]*[a-z0-9]", found["name"])
    assert set(found) == {"name", "requiredVersions", "infra", "hooks", "workflows"}
    infra = found["infra"]
    assert (infra["provider"], set(infra)) == ("terraform", {"provider", "path", "module"})
    folder = ROOT / infra["path"]
    assert 'backend "azurerm"' in text_of(folder)
    for name in (f"{infra['module']}.tf", f"{infra['module']}.tfvars.json", "provider.conf.json"):
        assert (folder / name).is_file(), name
    assert set(found["hooks"]) == {"preprovision", "postprovision"}
    for hook in found["hooks"].values():
        assert set(hook) == {"shell", "interactive", "run"}
        for line in hook["run"].split(" && "):
            script, *given = line.split()
            assert len(given) == len(arguments(ROOT / script)), line
    assert found["workflows"] == {"up": {"steps": [{"azd": "provision"}]}}
