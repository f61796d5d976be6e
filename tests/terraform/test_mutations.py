"""Every policy has a fault that it finds: each is put into a copy of the files."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.terraform import bootstrap_policies
from tests.terraform.configuration import FOLDER
from tests.terraform.policies import violations

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
    "uploads from every page": ("intake", '["https://${var.host}"]', '["*"]'),
    "uploads that browsers read": ("intake", '["PUT"]', '["GET", "PUT"]'),
    "uploads for everybody": ("intake", 'container_access_type = "private"', 'container_access_type = "blob"'),
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
    "a plan that reads secrets": (
        "prod",
        'module "platform" {',
        'resource "azurerm_key_vault_secret" "x" {\n  name = "x"\n}\n\nmodule "platform" {',
    ),
    "a role for plans that reads secrets": (
        "bootstrap",
        'plan_roles = ["Reader", ',
        'plan_roles = ["Reader", "Key Vault Secrets User", ',
    ),
    "a plan that does not see the registry": (
        "registry",
        "  for_each = var.readers\n",
        "  for_each = {}\n",
    ),
    "a vault without an address in the network": ("keyvault", 'subresource         = "vault"', 'subresource = "blob"'),
    "a pipeline that owns a subscription": ("bootstrap", '"Contributor"', '"Owner"'),
    "a pipeline that gives any role": (
        "bootstrap",
        "RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {${local.grantable}}",
        "RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {8e3af657-a8ff-443c-a75c-2fe8c4bcb635}",
    ),
    "a pipeline that gives roles to people": ("bootstrap", "StringEqualsIgnoreCase {'ServicePrincipal'}", "Exists {}"),
    "a registry that is opened to people": ("registry", "StringEqualsIgnoreCase {'ServicePrincipal'}", "Exists {}"),
    "a role that no pipeline may give": ("bootstrap", '    "Network Contributor" ', '    "Contributor" '),
    "a resource provider that is not registered": ("bootstrap", '    "Microsoft.Cache",\n', ""),
    "a subscription that is not registered": (
        "bootstrap",
        'subscription_id                = local.settings.environments["dev"].subscription_id',
        'subscription_id = local.settings.environments["prod"].subscription_id',
    ),
    "providers that a plan would register": (
        "prod",
        'resource_provider_registrations = "none"',
        'resource_provider_registrations = "core"',
    ),
    "a subscription without encryption at the host": ("subscription", '"EncryptionAtHost"', '"Fleets"'),
    "a database without logs": ("platform", '"postgres-${name}" => { id', '"${name}" => { id'),
    "a vault that nobody watches": ("platform", "      vault   = { kind", "      x   = { kind"),
    "nodes that no budget counts": ("platform", '[local.name, "${local.name}-nodes"]', "[local.name]"),
    "a database without dumps": ("storage", '["auth", "catalog", "payment", "video"]', '["auth"]'),
    "a way out through one zone": ("network", 'sku_name                = "StandardV2"', 'sku_name = "Standard"'),
    "a database that a plan may destroy": ("postgres", "prevent_destroy = true", "prevent_destroy = false"),
    "a local account of the cluster": (
        "cluster",
        "local_account_disabled            = true",
        "local_account_disabled = false",
    ),
    "a secret in the state": ("secrets", "value_wo         = ephemeral", "value = ephemeral"),
    "secrets that can be purged": (
        "keyvault",
        "purge_protection_enabled      = true",
        "purge_protection_enabled = false",
    ),
    "an operator that owns the vault": ("keyvault", '"Key Vault Secrets User"', '"Owner"'),
    "Redis in the open": ("redis", '"Encrypted"', '"Plaintext"'),
    "nobody's network": ("network", "  tags                = var.tags\n", ""),
    "an opening to the databases": (
        "network",
        'source_address_prefix      = "VirtualNetwork"',
        'source_address_prefix      = "Internet"',
    ),
}


def broken(root: Path, module: str, old: str, new: str) -> None:
    """Puts one fault into a copy."""
    folder = root / ("environments" if (root / "environments" / module).is_dir() else "modules") / module
    paths = [path for path in sorted(folder.glob("*.tf")) if old in path.read_text()]
    assert paths, "the mutation is out of date"
    paths[0].write_text(paths[0].read_text().replace(old, new, 1))


@pytest.mark.parametrize("name", BROKEN)
def test_each_fault_breaks_a_policy(name, tmp_path):
    root = tmp_path / "infra" / "terraform"
    shutil.copytree(FOLDER, root, ignore=shutil.ignore_patterns(".terraform*"))
    shutil.copy(FOLDER.parent / "settings.yaml", tmp_path / "infra")
    broken(root, *BROKEN[name])
    # To work out an environment takes longest, so the search ends with the first policy that is broken.
    assert violations("dev", root) or violations("prod", root) or bootstrap_policies.violations(root)
