"""Rules for what an environment may consist of. Each returns the paths that break it."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.terraform.configuration import FOLDER, resources

type Resource = tuple[str, str, dict[str, Any]]
type Policy = Callable[[list[Resource]], Iterator[str]]

# What has no tags in Azure's API.
UNTAGGED = (
    "association",
    "azurerm_federated_identity_credential",
    "azurerm_key_vault_secret",
    "azurerm_managed_redis_access_policy_assignment",
    "azurerm_postgresql_flexible_server_active_directory_administrator",
    "azurerm_postgresql_flexible_server_configuration",
    "azurerm_role_assignment",
    "azurerm_storage_container",
    "azurerm_storage_management_policy",
    "azurerm_subnet",
)
ROLES = {
    "AcrPull",
    "DNS Zone Contributor",
    "Key Vault Secrets User",
    "Managed Identity Operator",
    "Monitoring Data Reader",
    "Network Contributor",
    "Reader",
    "Storage Blob Data Contributor",
}


def tagged(found: list[Resource]) -> Iterator[str]:
    """Everything says whose it is and which environment's, for the bill."""
    for kind, path, item in found:
        taggable = not kind.endswith("_association") and kind not in UNTAGGED
        if taggable and not {"application", "environment", "owner"} <= set(item.get("tags") or {}):
            yield path


def without_passwords(found: list[Resource]) -> Iterator[str]:
    """Nobody signs in to Azure with a password or a key."""
    rules = {
        "azurerm_container_registry": ("admin_enabled", False),
        "azurerm_kubernetes_cluster": ("local_account_disabled", True),
        "azurerm_storage_account": ("shared_access_key_enabled", False),
        "azurerm_key_vault": ("rbac_authorization_enabled", True),
    }
    for kind, path, item in found:
        if kind in rules and item.get(rules[kind][0]) is not rules[kind][1]:
            yield path
        if kind == "azurerm_postgresql_flexible_server":
            authentication = item.get("authentication") or {}
            entra, passwords = (
                authentication.get(f"{method}_auth_enabled") for method in ("active_directory", "password")
            )
            if (entra, passwords) != (True, False):
                yield path
        if (
            kind == "azurerm_managed_redis"
            and item["default_database"].get("access_keys_authentication_enabled") is not False
        ):
            yield path


def own_servers(found: list[Resource]) -> Iterator[str]:
    """Servers share no addresses, so that a network policy can tell them apart; each fits a /28."""
    delegated = {
        path: ipaddress.ip_network(item["address_prefixes"][0])
        for kind, path, item in found
        if kind == "azurerm_subnet" and "delegation" in item
    }
    servers = [path for kind, path, _ in found if kind == "azurerm_postgresql_flexible_server"]
    if len(delegated) != len(servers):
        yield "azurerm_subnet.postgres"
    for path, network in delegated.items():
        others = [other for name, other in delegated.items() if name != path]
        if network.prefixlen != 28 or any(network.overlaps(other) for other in others):
            yield path


def databases_have_owners(found: list[Resource]) -> Iterator[str]:
    """A database that Azure's API makes on a server without a password belongs to a role that nobody may become."""
    for kind, path, _ in found:
        if kind == "azurerm_postgresql_flexible_server_database":
            yield path
    servers = [path for kind, path, _ in found if kind == "azurerm_postgresql_flexible_server"]
    administrators = [
        item["principal_type"]
        for kind, _, item in found
        if kind == "azurerm_postgresql_flexible_server_active_directory_administrator"
    ]
    if administrators.count("ServicePrincipal") != len(servers):
        yield "azurerm_postgresql_flexible_server_active_directory_administrator"


def several_keys_in_one_command(found: list[Resource]) -> Iterator[str]:
    """Celery names keys of several slots in one command: clustered Redis refuses it with CROSSSLOT."""
    for kind, path, item in found:
        if kind == "azurerm_managed_redis" and item["default_database"].get("clustering_policy") != "NoCluster":
            yield path


def records_can_be_written(found: list[Resource]) -> Iterator[str]:
    """Whoever writes into a zone also lists the zones of its resource group; without that no record is made."""
    given: dict[str, set[str]] = {}
    for kind, path, item in found:
        if kind == "azurerm_role_assignment" and ".dns" in path:
            given.setdefault(item["role_definition_name"], set()).add(item["__tfmeta"]["path"].partition("[")[2])
    zones = {path for kind, path, _ in found if kind == "azurerm_dns_zone"}
    if not given.get("Reader") or given.get("Reader") != given.get("DNS Zone Contributor"):
        yield from zones


def survives_a_zone(found: list[Resource]) -> Iterator[str]:
    """Nodes stand in three zones, and the way out spans them all."""
    for kind, path, item in found:
        if kind == "azurerm_nat_gateway" and item["sku_name"] != "StandardV2":
            yield path
        pool = item.get("default_node_pool", item) if kind.startswith("azurerm_kubernetes_cluster") else None
        if pool is not None and len(pool["zones"]) < 3:
            yield path


def private(found: list[Resource]) -> Iterator[str]:
    """What keeps customers' data has no address on the internet."""
    for kind, path, item in found:
        closed = {
            "azurerm_storage_account": ("public_network_access_enabled", False),
            "azurerm_postgresql_flexible_server": ("public_network_access_enabled", False),
            "azurerm_managed_redis": ("public_network_access", "Disabled"),
            "azurerm_storage_container": ("container_access_type", "private"),
        }
        if kind in closed and item.get(closed[kind][0]) != closed[kind][1]:
            yield path


def without_secrets_in_the_state(found: list[Resource]) -> Iterator[str]:
    """Secrets are written and forgotten."""
    for kind, path, item in found:
        if "administrator_password" in item or (kind == "azurerm_key_vault_secret" and "value" in item):
            yield path


def least_roles(found: list[Resource]) -> Iterator[str]:
    """Roles of a list, for one thing each: nobody owns a subscription or a group."""
    for kind, path, item in found:
        if kind == "azurerm_role_assignment" and item["role_definition_name"] not in ROLES:
            yield path


def kept(found: list[Resource]) -> Iterator[str]:
    """Databases and files are not destroyed by a plan that nobody read."""
    for kind, path, item in found:
        keeps = ("azurerm_storage_account", "azurerm_postgresql_flexible_server")
        if kind in keeps and item.get("lifecycle", {}).get("prevent_destroy") is not True:
            yield path
        if kind == "azurerm_key_vault" and item.get("purge_protection_enabled") is not True:
            yield path


def encrypted(found: list[Resource]) -> Iterator[str]:
    """Every connection is encrypted, and nodes' disks are."""
    for kind, path, item in found:
        if kind == "azurerm_storage_account" and item.get("min_tls_version") != "TLS1_2":
            yield path
        if kind == "azurerm_managed_redis" and item["default_database"]["client_protocol"] != "Encrypted":
            yield path
        pool = item.get("default_node_pool", item) if kind.startswith("azurerm_kubernetes_cluster") else None
        if pool is not None and pool.get("host_encryption_enabled") is not True:
            yield path


def watched_ranges(found: list[Resource]) -> Iterator[str]:
    """Production's vault answers named addresses alone, and no rule lets the internet to what is private."""
    for kind, path, item in found:
        is_productions_vault = kind == "azurerm_key_vault" and item["tags"]["environment"] == "prod"
        if is_productions_vault and item["network_acls"]["default_action"] != "Deny":
            yield path
        if kind == "azurerm_network_security_group":
            rules = item["security_rule"]
            for rule in rules if isinstance(rules, list) else [rules]:
                open_to_all = rule["access"] == "Allow" and rule["source_address_prefix"] in ("*", "Internet")
                if open_to_all and set(rule.get("destination_port_ranges", ["*"])) - {"80", "443"}:
                    yield path


POLICIES: dict[str, Policy] = {
    policy.__name__: policy
    for policy in (
        databases_have_owners,
        encrypted,
        kept,
        least_roles,
        own_servers,
        private,
        records_can_be_written,
        several_keys_in_one_command,
        survives_a_zone,
        tagged,
        watched_ranges,
        without_passwords,
        without_secrets_in_the_state,
    )
}


def violations(environment: str, root: Path = FOLDER) -> list[str]:
    found = resources(environment, root)
    assert len(found) > 20, "the files came to nothing"
    return [f"{name}: {path}" for name, policy in POLICIES.items() for path in policy(found)]
