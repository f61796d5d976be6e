"""Rules for what an environment consists of. Each returns the paths that break it."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator
from pathlib import Path

from devtools.project import DATA_SERVICES
from tests.terraform.configuration import FOLDER, Resource, resources

type Policy = Callable[[list[Resource]], Iterator[str]]

# What has no tags in Azure's API.
UNTAGGED = (
    "azurerm_consumption_budget_subscription",
    "azurerm_federated_identity_credential",
    "azurerm_key_vault_secret",
    "azurerm_managed_redis_access_policy_assignment",
    "azurerm_monitor_diagnostic_setting",
    "azurerm_postgresql_flexible_server_active_directory_administrator",
    "azurerm_postgresql_flexible_server_configuration",
    "azurerm_role_assignment",
    "azurerm_storage_container",
    "azurerm_storage_management_policy",
    "azurerm_subnet",
)
# Films on their way in, which staff's browsers send.
OPEN_ACCOUNT = ".uploads"
ROLES = {
    "AcrPull",
    "DNS Zone Contributor",
    "Key Vault Secrets User",
    "Managed Identity Operator",
    "Monitoring Data Reader",
    "Network Contributor",
    "Reader",
    "Storage Blob Data Contributor",
    "Storage Blob Delegator",
}


def tagged(found: list[Resource]) -> Iterator[str]:
    """Everything says whose it is and which environment's, for the bill."""
    for kind, path, item in found:
        taggable = kind.startswith("azurerm_") and not kind.endswith("_association") and kind not in UNTAGGED
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
    """Servers share no addresses, so that a network policy can distinguish them; each fits a /28."""
    delegated = {
        path: ipaddress.ip_network(item["address_prefixes"][0])
        for kind, path, item in found
        if kind == "azurerm_subnet" and item.get("delegation")
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
            given.setdefault(item["role_definition_name"], set()).add(path.rpartition("[")[2])
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
        if path.endswith(OPEN_ACCOUNT):
            continue
        closed = {
            "azurerm_storage_account": ("public_network_access_enabled", False),
            "azurerm_postgresql_flexible_server": ("public_network_access_enabled", False),
            "azurerm_managed_redis": ("public_network_access", "Disabled"),
            "azurerm_storage_container": ("container_access_type", "private"),
        }
        if kind in closed and item.get(closed[kind][0]) != closed[kind][1]:
            yield path


def sent_films(found: list[Resource]) -> Iterator[str]:
    """The one account that browsers reach takes blocks from pages of the shop, and keeps nothing for long."""
    for kind, path, item in found:
        if not path.endswith(OPEN_ACCOUNT):
            continue
        if kind == "azurerm_storage_account":
            rule = item["blob_properties"]["cors_rule"]
            if rule["allowed_methods"] != ["PUT"] or any("*" in origin for origin in rule["allowed_origins"]):
                yield path
        if kind == "azurerm_storage_container" and item["container_access_type"] != "private":
            yield path


def reached_privately(found: list[Resource]) -> Iterator[str]:
    """Vaults, accounts and Redis have an address in the network each."""
    subresources = {
        "azurerm_key_vault": "vault",
        "azurerm_managed_redis": "redisEnterprise",
        "azurerm_storage_account": "blob",
    }
    given = [
        name
        for kind, _, item in found
        if kind == "azurerm_private_endpoint"
        for name in item["private_service_connection"]["subresource_names"]
    ]
    for kind, subresource in subresources.items():
        paths = [path for found_kind, path, _ in found if found_kind == kind]
        if len(paths) != given.count(subresource):
            yield from paths or [subresource]


def without_secrets_in_the_state(found: list[Resource]) -> Iterator[str]:
    """Secrets are written and forgotten, and no access key is given out."""
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
    """Production's vault lets named addresses in alone, and no rule lets the internet to what is private."""
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


def readable_plans(found: list[Resource]) -> Iterator[str]:
    """Whoever plans an environment reads no secret: nothing in the vault or in the cluster."""
    for kind, path, _ in found:
        if kind == "azurerm_key_vault_secret" or kind.startswith("helm_"):
            yield path


def observed(found: list[Resource]) -> Iterator[str]:
    """Clusters, databases, Redis and vaults have logs and alerts on their metrics."""
    names = {
        "azurerm_kubernetes_cluster": "cluster",
        "azurerm_key_vault": "vault",
        "azurerm_managed_redis": "redis",
        "azurerm_postgresql_flexible_server": "postgres-",
    }
    targets = {"logs": set[str](), "alerts": set[str]()}
    for kind, path, item in found:
        if kind == "module" and (name := path.rpartition(".")[2]) in targets:
            targets[name] |= set(item["targets"])
    for kind, path, _ in found:
        if kind in names:
            key = path.partition('["')[2].removesuffix('"]')
            if not all(names[kind] + key in named for named in targets.values()):
                yield path


def budgeted(found: list[Resource]) -> Iterator[str]:
    """Costs are watched, those of the nodes too, which AKS puts into a group of their own."""
    groups = [item["name"] for kind, _, item in found if kind == "azurerm_resource_group"]
    groups += [item["node_resource_group"] for kind, _, item in found if kind == "azurerm_kubernetes_cluster"]
    counted = {
        name
        for kind, _, item in found
        if kind == "azurerm_consumption_budget_subscription"
        for name in item["filter"]["dimension"]["values"]
    }
    yield from sorted(set(groups) - counted)


def dumped(found: list[Resource]) -> Iterator[str]:
    """Every database has a container for its dumps, in dev too: a restore that was never practised is none."""
    containers = {item["name"] for kind, _, item in found if kind == "azurerm_storage_container"}
    yield from sorted(set(DATA_SERVICES) - containers)


ENVIRONMENT_POLICIES: dict[str, Policy] = {
    policy.__name__: policy
    for policy in (
        budgeted,
        databases_have_owners,
        dumped,
        encrypted,
        kept,
        least_roles,
        observed,
        own_servers,
        private,
        sent_films,
        reached_privately,
        readable_plans,
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
    wrong = [f"{name}: {path}" for name, policy in ENVIRONMENT_POLICIES.items() for path in policy(found)]
    inside = resources("data-plane", root, environment)
    assert any(kind == "azurerm_key_vault_secret" for kind, _, _ in inside), "the files came to nothing"
    return wrong + [f"data-plane: {path}" for path in without_secrets_in_the_state(inside)]
