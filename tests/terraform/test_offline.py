"""What can be known of the Terraform files without a provider: form, references, policies."""

from __future__ import annotations

import itertools
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from apps.common.testing.iteration import some
from devtools.checks.chart_schema import CHART
from devtools.project import DATA_SERVICES, ROOT, SERVICES
from tests.terraform import bootstrap_policies
from tests.terraform.configuration import ENVIRONMENTS, FOLDER, declared, evaluated, folders, text_of
from tests.terraform.policies import violations

MODULES = [
    *("alerts", "argocd", "cluster", "dns", "endpoint", "identity", "intake", "keyvault", "logs", "monitoring"),
    *("network", "platform", "postgres", "redis", "regions", "registry", "secrets", "state", "storage", "subscription"),
]


def names(folder: Path) -> str:
    return str(folder.relative_to(FOLDER))


def test_every_module_is_there_with_tests_of_its_own():
    assert [path.name for path in sorted((FOLDER / "modules").iterdir())] == MODULES
    for folder in folders():
        tests = list(folder.glob("tests/*.tftest.hcl"))
        assert tests, folder
        assert "assert {" in tests[0].read_text()


@pytest.mark.skipif(not shutil.which("terraform"), reason="terraform is not installed: the format was not checked")
def test_files_are_formatted():
    run = subprocess.run(
        ["terraform", "fmt", "-check", "-recursive", "-diff", str(FOLDER)], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("folder", folders(), ids=names)
def test_variables_have_a_type_and_everything_says_what_it_is(folder):
    text = "\n".join(path.read_text() for path in sorted(folder.glob("*.tf")))
    blocks = re.findall(r'^(variable|output) "(\w+)" \{\n(.*?)^\}', text, re.M | re.S)
    assert blocks
    described = re.compile(r"^  description\s+= (\"\S|<<-EOT)", re.M)
    assert [name for _, name, body in blocks if not described.search(body)] == []
    typed = re.compile(r"^  type\s+= ", re.M)
    assert [name for kind, name, body in blocks if kind == "variable" and not typed.search(body)] == []


@pytest.mark.parametrize("folder", folders(), ids=names)
def test_references_resolve_and_nothing_is_left_over(folder):
    text = text_of(folder)
    used = set(re.findall(r"\bvar\.(\w+)", text))
    assert used == declared(folder, "variable"), "variables used and declared"
    locals_ = {name for body in re.findall(r"^locals \{\n(.*?)^\}", text, re.M | re.S) for name in _keys(body)}
    assert set(re.findall(r"\blocal\.(\w+)", text)) == locals_, "locals used and declared"
    made = {".".join(pair) for pair in re.findall(r'^(?:resource|data) "(\w+)" "(\w+)"', text, re.M)}
    made |= {".".join(pair) for pair in re.findall(r'^ephemeral "(\w+)" "(\w+)"', text, re.M)}
    named = set(re.findall(r"\b((?:azurerm|helm|random|time)_\w+\.\w+)\b", text))
    assert named <= made, named - made


def _keys(body: str) -> list[str]:
    return re.findall(r"^  (\w+)\s+=", body, re.M)


MODULE_CALLS = some(
    pytest.param(folder, name, body, id=f"{names(folder)}-{name}")
    for folder in folders()
    for name, body in re.findall(r'^module "(\w+)" \{\n(.*?)^\}', text_of(folder), re.M | re.S)
)


@pytest.mark.parametrize(("folder", "name", "body"), MODULE_CALLS)
def test_modules_get_what_they_need_and_nothing_else(folder, name, body):
    source = (folder / re.search(r'source\s+= "(.+)"', body)[1]).resolve()
    given = set(_keys(body)) - {"source", "count", "for_each", "depends_on", "providers"}
    known = declared(source, "variable")
    blocks = re.findall(r'^variable "(\w+)" \{\n(.*?)^\}', text_of(source), re.M | re.S)
    required = {variable for variable, inner in blocks if not re.search(r"^  default\s+= ", inner, re.M)}
    assert given <= known, f"{name} has no {given - known}"
    assert required <= given, f"{name} needs {required - given}"
    asked = set(re.findall(rf"\bmodule\.{name}(?:\[\*\])?\.(\w+)", text_of(folder)))
    assert asked <= declared(source, "output"), f"{name} gives no {asked}"


def test_providers_are_pinned_to_one_major_version():
    for folder in some(folders()):
        blocks = re.findall(r'(\w+) = \{\s+source\s+= "hashicorp/\w+"\s+version = "(.+)"', text_of(folder))
        assert blocks or not re.search(r'^(resource|ephemeral|data|module) "', text_of(folder), re.M), folder
        for name, version in blocks:
            wanted = {"azurerm": "~> 5.2", "helm": "~> 3.2", "random": "~> 3.7", "time": "~> 0.14"}
            assert version == wanted[name], folder


def test_each_environment_has_a_state_of_its_own():
    keys = [re.search(r'container_name\s+= "(\w+)"', text_of(FOLDER / "environments" / e))[1] for e in ENVIRONMENTS]
    assert keys == list(ENVIRONMENTS)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_policies_have_no_objection(environment):
    assert violations(environment) == []


def test_policies_of_bootstrap_have_no_objection():
    assert bootstrap_policies.violations() == []


def test_the_vault_holds_every_secret_that_the_chart_asks_for():
    wanted = {
        name
        for names in yaml.safe_load((CHART / "values.yaml").read_text())["global"]["secrets"]["services"].values()
        for name in names.values()
    }
    # Azure's own PostgreSQL and Redis know identities; only what runs in the cluster has passwords.
    passwords = {name for name in wanted if name.endswith(("-database-password", "-redis-password"))}
    assert passwords
    for environment, expected in (("dev", wanted), ("prod", wanted - passwords)):
        inside = evaluated("data-plane", environment=environment)
        made = {item["name"] for item in inside["azurerm_key_vault_secret"]}
        assert made == expected, environment


def test_servers_allow_the_extensions_that_migrations_create():
    """Azure refuses CREATE EXTENSION for what is not on the list: the first deployment would stop there."""
    named = {"BtreeGist": "BTREE_GIST", "Trigram": "PG_TRGM", "Unaccent": "UNACCENT"}
    used = {
        named[word]
        for path in (ROOT / "apps").glob("*/*/migrations/*.py")
        for word in re.findall(r"(\w+)Extension\(\)", path.read_text())
    }
    settings = evaluated("prod")["azurerm_postgresql_flexible_server_configuration"]
    allowed = {item["value"] for item in settings if item["name"] == "azure.extensions"}
    assert used
    assert [set(value.split(",")) for value in allowed] == [used]


def test_identities_are_the_service_accounts_of_the_chart():
    """A pod signs in as <namespace>:<service account>; the chart names both after the service."""
    own = {f"system:serviceaccount:{'frontend' if name == 'ui' else name}:{name}" for name in SERVICES}
    jobs = {f"system:serviceaccount:{name}:database-administrator" for name in DATA_SERVICES}
    addons = {f"system:serviceaccount:{name}:{name}" for name in ("external-dns", "external-secrets")}
    for environment, expected in (("dev", own | addons), ("prod", own | addons | jobs)):
        subjects = {item["subject"] for item in evaluated(environment)["azurerm_federated_identity_credential"]}
        assert subjects == expected, environment


def test_redis_assignments_are_made_one_after_the_other():
    """Azure refuses a second one while the first is being made, and the provider does not wait."""
    blocks = re.findall(
        r'^resource "azurerm_managed_redis_access_policy_assignment" "(\w+)" \{\n(.*?)^\}',
        text_of(FOLDER / "modules" / "redis"),
        re.M | re.S,
    )
    assert [name for name, _ in blocks] == sorted(SERVICES)
    for (before, _), (name, body) in itertools.pairwise(blocks):
        assert f"depends_on = [azurerm_managed_redis_access_policy_assignment.{before}]" in body, name


def test_the_data_plane_and_the_environment_agree_on_who_keeps_data():
    for environment in ENVIRONMENTS:
        [its] = re.findall(r"managed_data\s+= (\w+)", text_of(FOLDER / "environments" / environment))
        values = (FOLDER / "environments" / "data-plane" / f"{environment}.tfvars").read_text()
        assert re.findall(r"managed_data = (\w+)", values) == [its], environment
        assert re.findall(r'environment  = "(\w+)"', values) == [environment]


def test_the_cluster_waits_until_its_roles_are_known():
    text = text_of(FOLDER / "modules" / "cluster")
    given = set(re.findall(r'^resource "azurerm_role_assignment" "(\w+)"', text, re.M))
    waited = re.search(r'^resource "time_sleep" "(\w+)" \{\n(.*?)^\}', text, re.M | re.S)
    assert given
    assert given == set(re.findall(r"azurerm_role_assignment\.(\w+)\.id", waited[2]))
    cluster = re.search(r'^resource "azurerm_kubernetes_cluster" "this" \{\n(.*?)^\}', text, re.M | re.S)[1]
    assert f"depends_on = [time_sleep.{waited[1]}]" in cluster


def test_kubernetes_can_be_upgraded():
    """A version that Terraform ignores is never raised, and pools without one stay behind the control plane."""
    text = text_of(FOLDER / "modules" / "cluster")
    assert not re.search(r"ignore_changes = \[.*version", text)
    assert len(re.findall(r"^\s+orchestrator_version\s+= var\.kubernetes_version$", text, re.M)) == 2
    for environment in ENVIRONMENTS:
        assert re.search(r'kubernetes_version = "1\.\d+"', text_of(FOLDER / "environments" / environment)), environment


def test_lock_files_are_committed():
    ignored = subprocess.run(
        ["git", "check-ignore", "infra/terraform/environments/prod/.terraform.lock.hcl"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    assert ignored.returncode == 1
