"""What can be known of the Terraform files without a provider: form, references, policies."""

from __future__ import annotations

import itertools
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from house.chart_schema import CHART
from house.config import DATA_SERVICES, ROOT, SERVICES
from tests.terraform.configuration import ENVIRONMENTS, FOLDER, declared, evaluated, folders, text_of
from tests.terraform.policies import violations

MODULES = [
    *("argocd", "cluster", "dns", "endpoint", "identity", "keyvault", "monitoring", "network"),
    *("platform", "postgres", "redis", "registry", "state", "storage"),
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
    for path in folder.glob("*.tf"):
        for kind, name, body in re.findall(r'^(variable|output) "(\w+)" \{\n(.*?)^\}', path.read_text(), re.M | re.S):
            assert re.search(r"^  description\s+= (\"\S|<<-EOT)", body, re.M), f"{kind} {name}"
            assert kind == "output" or re.search(r"^  type\s+= ", body, re.M), name


@pytest.mark.parametrize("folder", folders(), ids=names)
def test_references_resolve_and_nothing_is_left_over(folder):
    text = text_of(folder)
    used = set(re.findall(r"\bvar\.(\w+)", text))
    assert used == declared(folder, "variable"), "variables used and declared"
    locals_ = {name for body in re.findall(r"^locals \{\n(.*?)^\}", text, re.M | re.S) for name in _keys(body)}
    assert set(re.findall(r"\blocal\.(\w+)", text)) == locals_, "locals used and declared"
    made = {".".join(pair) for pair in re.findall(r'^(?:resource|data) "(\w+)" "(\w+)"', text, re.M)}
    made |= {".".join(pair) for pair in re.findall(r'^ephemeral "(\w+)" "(\w+)"', text, re.M)}
    named = set(re.findall(r"\b((?:azurerm|helm|random)_\w+\.\w+)\b", text))
    assert named <= made, named - made


def _keys(body: str) -> list[str]:
    return re.findall(r"^  (\w+)\s+=", body, re.M)


@pytest.mark.parametrize("folder", folders(), ids=names)
def test_modules_get_what_they_need_and_nothing_else(folder):
    text = text_of(folder)
    for name, body in re.findall(r'^module "(\w+)" \{\n(.*?)^\}', text, re.M | re.S):
        source = (folder / re.search(r'source\s+= "(.+)"', body)[1]).resolve()
        given = set(_keys(body)) - {"source", "count", "for_each", "depends_on", "providers"}
        known = declared(source, "variable")
        blocks = re.findall(r'^variable "(\w+)" \{\n(.*?)^\}', text_of(source), re.M | re.S)
        required = {variable for variable, inner in blocks if not re.search(r"^  default\s+= ", inner, re.M)}
        assert given <= known, f"{name} has no {given - known}"
        assert required <= given, f"{name} needs {required - given}"
        asked = set(re.findall(rf"\bmodule\.{name}(?:\[\*\])?\.(\w+)", text))
        assert asked <= declared(source, "output"), f"{name} gives no {asked}"


def test_providers_are_pinned_to_one_major_version():
    for folder in folders():
        blocks = re.findall(r'(\w+) = \{\s+source\s+= "hashicorp/\w+"\s+version = "(.+)"', text_of(folder))
        assert blocks, folder
        for name, version in blocks:
            wanted = {"azurerm": "~> 5.2", "helm": "~> 3.2", "random": "~> 3.7"}
            assert version == wanted[name], folder


def test_each_environment_has_a_state_of_its_own():
    keys = [re.search(r'container_name\s+= "(\w+)"', text_of(FOLDER / "environments" / e))[1] for e in ENVIRONMENTS]
    assert keys == list(ENVIRONMENTS)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_policies_have_no_objection(environment):
    assert violations(environment) == []


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
        made = {item["name"] for item in evaluated(environment)["azurerm_key_vault_secret"]}
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


BROKEN = {
    "accounts open with a key": (
        "storage",
        "shared_access_key_enabled       = false",
        "shared_access_key_enabled = true",
    ),
    "files on the internet": (
        "storage",
        "public_network_access_enabled   = false",
        "public_network_access_enabled = true",
    ),
    "films for everybody": ("storage", 'container_access_type = "private"', 'container_access_type = "blob"'),
    "a database on the internet": (
        "postgres",
        "public_network_access_enabled = false",
        "public_network_access_enabled = true",
    ),
    "a password in the state": (
        "postgres",
        "  authentication {",
        '  administrator_password = "x"\n\n  authentication {',
    ),
    "passwords of databases": ("postgres", "password_auth_enabled         = false", "password_auth_enabled = true"),
    "a server that no Job administers": ("platform", 'type = "ServicePrincipal" }', 'type = "Group" }'),
    "servers in one subnet": ("network", "5 * 16 + each.value", "5 * 16"),
    "a clustered Redis": ("redis", '"NoCluster"', '"EnterpriseCluster"'),
    "keys of Redis": (
        "redis",
        "access_keys_authentication_enabled            = false",
        "access_keys_authentication_enabled = true",
    ),
    "a writer of records that cannot list zones": ("dns", '"Reader"', '"AcrPull"'),
    "a way out through one zone": ("network", 'sku_name                = "StandardV2"', 'sku_name = "Standard"'),
    "a database that a plan may destroy": ("postgres", "prevent_destroy = true", "prevent_destroy = false"),
    "a local account of the cluster": (
        "cluster",
        "local_account_disabled            = true",
        "local_account_disabled = false",
    ),
    "a secret in the state": ("keyvault", "value_wo         = ephemeral", "value = ephemeral"),
    "secrets that can be purged": (
        "keyvault",
        "purge_protection_enabled      = true",
        "purge_protection_enabled = false",
    ),
    "an operator that owns the vault": ("keyvault", '"Key Vault Secrets User"', '"Owner"'),
    "Redis in the open": ("redis", '"Encrypted"', '"Plaintext"'),
    "nobody's network": ("network", "  tags                = var.tags\n", ""),
    "a door to the databases": (
        "network",
        'source_address_prefix      = "VirtualNetwork"',
        'source_address_prefix      = "Internet"',
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_policies_object(name, tmp_path):
    module, old, new = BROKEN[name]
    root = tmp_path / "infra" / "terraform"
    shutil.copytree(FOLDER, root, ignore=shutil.ignore_patterns(".terraform*"))
    shutil.copy(FOLDER.parent / "settings.yaml", tmp_path / "infra")
    path = root / "modules" / module / "main.tf"
    assert old in path.read_text(), "the mutation is out of date"
    path.write_text(path.read_text().replace(old, new, 1))
    assert violations("prod", root)
