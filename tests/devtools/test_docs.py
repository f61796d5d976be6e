"""What the runbooks, the quickstart and the comparison name exists, and the commands in them are accepted."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml

from devtools.checks.chart_schema import CHART
from devtools.project import ROOT
from devtools.release.gitops import _parser
from tests.chart import kubernetes
from tests.chart.policies import POLICIES
from tests.chart.render import find, helm_run, of_kind, render, values_of

RUNBOOKS = sorted((ROOT / "docs" / "runbooks").glob("*.md"))
QUICKSTART = ROOT / "docs" / "quickstart-kind.md"
COMPARISON = ROOT / "docs" / "comparison.md"
README = CHART / "README.md"
PAGES = [*RUNBOOKS, QUICKSTART, COMPARISON, README]
DATA_SERVICES = ("auth", "catalog", "payment", "video")
PLACEHOLDERS = {"<commit>": "0" * 40, "$service": "catalog", "$dump": "catalog-20261123T021700Z.dump"}


def filled(text: str) -> str:
    for name, value in PLACEHOLDERS.items():
        text = text.replace(name, value)
    return text


def commands(path: Path, program: str) -> list[list[str]]:
    """The words of each command that begins with this, comments and pipes aside, lines that go on joined."""
    text = filled(path.read_text()).replace("\\\n", " ")
    found = []
    for line in re.findall(rf"(?:^ +|`|\| |; do )({re.escape(program)} [^`\n|]+)", text, re.MULTILINE):
        words = shlex.split(line, comments=True)
        found.append(words[: words.index(";")] if ";" in words else words)
    return found


def anchors(path: Path) -> set[str]:
    """As GitHub makes them of headings."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(path: Path) -> list[str]:
    """Links of a page to other pages and sections of the repository."""
    return re.findall(r"\]\((?!https?:)([^)]+)\)", path.read_text())


def leads_somewhere(path: Path, link: str) -> bool:
    name, _, anchor = link.partition("#")
    target = (path.parent / name).resolve() if name else path
    return target.exists() and (not anchor or anchor in anchors(target))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_links_lead_somewhere(path):
    assert [link for link in links(path) if not leads_somewhere(path, link)] == []


def test_links_are_found():
    assert len(links(ROOT / "README.md")) >= 4


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_commands_of_the_release_tool_are_taken(path):
    for words in commands(path, "python -m devtools.release.gitops"):
        _parser().parse_args([word for word in words[3:] if word != "…"])


def test_the_release_commands_are_found():
    assert len(commands(ROOT / "docs/runbooks/gitops.md", "python -m devtools.release.gitops")) >= 4


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_values_that_are_set_are_values_of_the_chart(path):
    settings = re.findall(r"--set \"?([a-z][\w.$]+=[^\s\"`]*)", path.read_text())
    runs = {
        setting: helm_run("template", "streamcart", str(CHART), *values_of("local"), "--set", filled(setting))
        for setting in settings
    }
    assert {setting: run.stderr for setting, run in runs.items() if run.returncode} == {}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_verbs_of_make_exist(path):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:`|^    )make ([a-z-]+)", path.read_text(), re.MULTILINE)) <= targets


# Kinds as kubectl writes them, with a namespace of their own in the command.
KINDS = {
    "deployment": "Deployment",
    "statefulset": "StatefulSet",
    "pvc": "PersistentVolumeClaim",
    "cronjob": "CronJob",
    "secret": "Secret",
}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_objects_in_kubectl_commands_are_the_chart_s(path):
    # Dev has all of them: drills, databases of its own, files on volumes.
    settings = ("ui.customers.replicas=1", "global.defaults.restoreDrill.enabled=true")
    there = {(item["kind"], item["metadata"]["name"]) for item in render("local", settings=settings)}
    there |= {("Secret", f"{service}-secrets") for service in ("ui", "redis", *DATA_SERVICES)}
    pattern = rf"\b({'|'.join(KINDS)})[/ ]\"?([a-z$][\w$-]*)"
    lines = [" ".join(words) for words in commands(path, "kubectl")]
    named = {(KINDS[kind], name) for line in lines for kind, name in re.findall(pattern, line)}
    assert named - there <= {("Deployment", "all")}


def test_the_objects_of_the_storage_runbook_are_found():
    """The pattern above does find something."""
    text = " ".join(" ".join(words) for words in commands(ROOT / "docs/runbooks/storage.md", "kubectl"))
    assert "statefulset catalog-postgres" in text
    assert "pvc data-catalog-postgres-0" in text


def test_the_namespaces_that_are_deleted_are_all_there_are():
    [words] = [
        words
        for words in commands(ROOT / "docs/runbooks/storage.md", "kubectl")
        if words[:3] == ["kubectl", "delete", "namespace"]
    ]
    assert set(words[3:]) == {item["metadata"]["name"] for item in of_kind(render(), "Namespace")}


def test_the_claims_of_the_table_are_the_chart_s():
    text = (ROOT / "docs/runbooks/storage.md").read_text()
    named = set(re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE))
    claims = {item["metadata"]["name"] for item in of_kind(render("local"), "PersistentVolumeClaim")}
    services = "|".join(DATA_SERVICES)
    assert named == {re.sub(rf"\b({services})\b", "<service>", claim) for claim in claims}


@pytest.mark.parametrize("service", DATA_SERVICES)
def test_the_pod_beside_the_dumps_is_admitted_and_finds_its_claim(service):
    text = (ROOT / "docs/runbooks/backups-pod.yaml").read_text().replace("SERVICE", service)
    pod = yaml.safe_load(text)
    objects = [*render("local"), pod]
    for version in kubernetes.VERSIONS:
        assert kubernetes.findings([pod], version) == []
    for name in ("restricted", "bounded", "pinned", "without_tokens", "denied_by_default", "names_resolve"):
        sentences = [sentence for sentence in POLICIES[name](objects) if "Pod " in sentence and "/backups" in sentence]
        assert [sentence for sentence in sentences if "ServiceAccount default" not in sentence] == []
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    assert pod["spec"]["containers"][0]["image"] == values["global"]["images"]["postgres"]
    [mount] = pod["spec"]["containers"][0]["volumeMounts"]
    job = find(render("local"), "CronJob", f"{service}-backup")["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    assert mount["mountPath"] in {entry["mountPath"] for entry in job["containers"][0]["volumeMounts"]}


def test_the_rules_of_redis_users_are_those_of_the_chart_s_server():
    [line] = re.findall(r"ACL SETUSER catalog on >PASSWORD (.+)", (ROOT / "docs/runbooks/redis.md").read_text())
    script = find(render(), "ConfigMap", "redis")["data"]["start.sh"]
    [rules] = re.findall(r'user catalog on #\$\(.+\) (~catalog:.+)"', script)
    assert line == rules


def test_the_secrets_of_redis_have_the_names_that_the_runbook_says():
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    for service in ("ui", *DATA_SERVICES):
        assert values["global"]["secrets"]["services"][service]["REDIS_PASSWORD"] == f"{service}-redis-password"


# --- the comparison ---------------------------------------------------------------------------------------------


def proofs() -> list[str]:
    rows = [line for line in COMPARISON.read_text().splitlines() if line.startswith("| ") and "---" not in line]
    named = [
        re.findall(r"`([\w.\-]+(?:/[\w.\-]+)*\.(?:py|md|yaml|json)(?:::\w+)?)`", row.split("|")[2]) for row in rows
    ]
    headings = [row for row in rows if "and the proof" in row]
    assert len(headings) == 2
    unproved = [row for row, found in zip(rows, named, strict=True) if not found and row not in headings]
    assert unproved == []
    return [proof for found in named for proof in found]


@pytest.mark.parametrize("proof", proofs())
def test_a_proof_is_there(proof):
    name, _, test = proof.partition("::")
    path = ROOT / name
    assert path.is_file()
    if name.startswith(("tests/", "apps/")) and path.suffix == ".py" and path.name.startswith("test_"):
        functions = re.findall(r"^def (test_\w+)", path.read_text(), re.MULTILINE)
        assert functions
        assert not test or test in functions
