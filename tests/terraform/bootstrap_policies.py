"""Rules for what is made once, by an Owner: what subscriptions know, and what the pipelines may do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tests.terraform.configuration import ENVIRONMENTS, FOLDER, Resource, resources, text_of

# Which resource provider of Azure makes what, by the longest beginning of the resource's type that fits.
RESOURCE_PROVIDERS = {
    "azurerm_consumption_": "Microsoft.Consumption",
    "azurerm_container_registry": "Microsoft.ContainerRegistry",
    "azurerm_dashboard_grafana": "Microsoft.Dashboard",
    "azurerm_dns_": "Microsoft.Network",
    "azurerm_federated_identity_credential": "Microsoft.ManagedIdentity",
    "azurerm_key_vault": "Microsoft.KeyVault",
    "azurerm_kubernetes_cluster": "Microsoft.ContainerService",
    "azurerm_log_analytics_": "Microsoft.OperationalInsights",
    "azurerm_managed_redis": "Microsoft.Cache",
    "azurerm_monitor_": "Microsoft.Insights",
    "azurerm_monitor_workspace": "Microsoft.Monitor",
    "azurerm_nat_gateway": "Microsoft.Network",
    "azurerm_network_": "Microsoft.Network",
    "azurerm_postgresql_": "Microsoft.DBforPostgreSQL",
    "azurerm_private_": "Microsoft.Network",
    "azurerm_public_ip": "Microsoft.Network",
    "azurerm_resource_provider_feature_registration": "Microsoft.Compute",
    "azurerm_role_assignment": "Microsoft.Authorization",
    "azurerm_security_center_": "Microsoft.Security",
    "azurerm_storage_": "Microsoft.Storage",
    "azurerm_subnet": "Microsoft.Network",
    "azurerm_subscription_policy_": "Microsoft.PolicyInsights",
    "azurerm_user_assigned_identity": "Microsoft.ManagedIdentity",
    "azurerm_virtual_network": "Microsoft.Network",
}
# What is there in every subscription.
BUILT_IN = {"azurerm_resource_group"}


def registered(root: Path) -> set[str]:
    text = text_of(root / "environments" / "bootstrap")
    listed = re.search(r"resource_providers = \[(.*?)\]", text, re.S)
    return set(re.findall(r'"(Microsoft\.\w+)"', listed[1])) if listed else set()


def needed(root: Path) -> set[str]:
    """Resource providers of whatever any module makes. Raises KeyError for a type that the table does not know."""
    text = "".join(text_of(folder) for folder in sorted(root.glob("*/*")) if folder.is_dir())
    kinds = set(re.findall(r'^resource "(azurerm_\w+)"', text, re.M)) - BUILT_IN
    return {RESOURCE_PROVIDERS[_longest(kind)] for kind in kinds}


def _longest(kind: str) -> str:
    fitting = [beginning for beginning in RESOURCE_PROVIDERS if kind.startswith(beginning)]
    return max(fitting, key=len, default=kind)


def providers_are_registered(root: Path, found: list[Resource]) -> Iterator[str]:
    """The provider registers nothing by itself, and a plan may not: what is used is registered here."""
    yield from sorted(needed(root) - registered(root))
    blocks = re.findall(r'^provider "azurerm" \{\n(.*?)^\}', text_of(root / "environments" / "bootstrap"), re.M | re.S)
    for environment in ENVIRONMENTS:
        subscription = f'environments["{environment}"].subscription_id'
        if not any(subscription in block and "= local.resource_providers\n" in block for block in blocks):
            yield f"provider of {environment}"
    for environment in ENVIRONMENTS:
        text = text_of(root / "environments" / environment)
        if 'resource_provider_registrations = "none"' not in text or "resource_providers_to_register" in text:
            yield f"environments/{environment}"


def hosts_encrypt(root: Path, found: list[Resource]) -> Iterator[str]:
    """AKS refuses node pools with encryption at the host where the subscription's feature is off."""
    features = [
        path
        for kind, path, item in found
        if kind == "azurerm_resource_provider_feature_registration"
        and (item["provider_name"], item["name"]) == ("Microsoft.Compute", "EncryptionAtHost")
    ]
    for module in ("production_subscription", "development_subscription"):
        if not any(f".{module}." in f".{path}." or f".{module}[" in f".{path}" for path in features):
            yield module


def pipelines_own_nothing(root: Path, found: list[Resource]) -> Iterator[str]:
    """No pipeline can make itself an Owner: it gives roles of a list, to identities."""
    text = text_of(root / "environments" / "bootstrap")
    listed = re.search(r"grantable_roles = \{(.*?)\}", text, re.S)
    grantable = dict(re.findall(r'"([\w ]+)"\s+= "([0-9a-f-]{36})"', listed[1])) if listed else {}
    given = {
        item["role_definition_name"]
        for environment in ENVIRONMENTS
        for kind, _, item in resources(environment, root)
        if kind == "azurerm_role_assignment"
    }
    managed = set(re.findall(r'role_definition_name\s+= "([\w ]+)"', text_of(root / "modules" / "monitoring")))
    if set(grantable) != given | managed:
        yield f"grantable_roles: {sorted(set(grantable) ^ (given | managed))}"
    for kind, path, item in found:
        if kind != "azurerm_role_assignment":
            continue
        role, condition = item["role_definition_name"], item.get("condition") or ""
        if role in ("Owner", "User Access Administrator"):
            yield path
        if role == "Role Based Access Control Administrator":
            allowed = set(re.findall(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", condition))
            of_registry = "registry" in path
            if allowed != ({grantable.get("AcrPull")} if of_registry else set(grantable.values())):
                yield path
            if condition.count("'ServicePrincipal'") != 2:
                yield path


def plans_read_no_secret(root: Path, found: list[Resource]) -> Iterator[str]:
    """Who plans reads resources, and the roles at the registry; no secret, and writes nothing."""
    roles: dict[str, set[str]] = {}
    for kind, path, item in found:
        if kind == "azurerm_role_assignment" and re.search(
            r"^Terraform plans|^Plans of", item.get("description") or ""
        ):
            roles.setdefault(item["description"].split()[-1] if "plans" in item["description"] else path, set()).add(
                item["role_definition_name"]
            )
    allowed = {"Reader", "Azure Kubernetes Service Cluster User Role", "Storage Blob Data Reader"}
    for name, given in roles.items():
        yield from sorted(f"{name}: {role}" for role in given - allowed)
    for environment in ENVIRONMENTS:
        if not any(f'readers["{environment}"]' in path and "registry" in path for _, path, _ in found):
            yield f"{environment}-plan cannot read who pulls from the registry"


POLICIES = (hosts_encrypt, pipelines_own_nothing, plans_read_no_secret, providers_are_registered)


def violations(root: Path = FOLDER, found: list[Resource] | None = None) -> list[str]:
    """What is wrong with `found`, a plan; else with what the files come to."""
    found = resources("bootstrap", root) if found is None else found
    assert len(found) > 20, "the files came to nothing"
    return [f"{policy.__name__}: {path}" for policy in POLICIES for path in policy(root, found)]
