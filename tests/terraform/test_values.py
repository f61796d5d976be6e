"""What production's example values name is what Terraform makes of the example settings."""

from __future__ import annotations

import yaml

from devtools.checks.chart_schema import CHART
from devtools.project import DATA_SERVICES
from tests.terraform.configuration import evaluated

VALUES = {name: yaml.safe_load((CHART / f"values-{name}.yaml").read_text()) for name in ("dev", "prod")}


def names(environment: str, kind: str) -> set[str]:
    return {item["name"] for item in evaluated(environment)[kind]}


def test_servers_are_named_as_in_azure():
    hosts = {VALUES["prod"][service]["postgres"]["external"]["host"] for service in DATA_SERVICES}
    assert hosts == {
        f"{name}.postgres.database.azure.com" for name in names("prod", "azurerm_postgresql_flexible_server")
    }
    [redis] = names("prod", "azurerm_managed_redis")
    assert VALUES["prod"]["global"]["redis"]["external"]["host"].startswith(f"{redis}.")


def test_policies_let_services_reach_the_subnets_of_their_servers():
    prefixes = {item["name"]: item["address_prefixes"] for item in evaluated("prod")["azurerm_subnet"]}
    for service in DATA_SERVICES:
        assert VALUES["prod"][service]["postgres"]["external"]["cidrs"] == prefixes[f"postgres-{service}"]
    network = VALUES["prod"]["global"]["network"]
    assert network["redisCidrs"] == network["storageCidrs"] == prefixes["endpoints"]


def test_accounts_and_containers_are_there():
    for environment, values in VALUES.items():
        accounts = names(environment, "azurerm_storage_account")
        defaults = values["global"]["defaults"]
        for part in ("files", "backup"):
            if defaults[part].get("kind") == "azure":
                assert defaults[part]["azure"]["account"] in accounts
                assert defaults[part]["azure"]["resourceGroup"] in names(environment, "azurerm_resource_group")
        if uploads := values.get("video", {}).get("uploads"):
            assert uploads["azure"]["account"] in accounts
        # A service's container has its name.
        assert set(DATA_SERVICES) <= names(environment, "azurerm_storage_container")


def test_the_administrator_of_databases_is_an_identity():
    user = VALUES["prod"]["global"]["defaults"]["postgres"]["external"]["administrator"]["user"]
    assert user in names("prod", "azurerm_user_assigned_identity")


def test_the_registry_is_the_shared_one():
    [registry] = names("bootstrap", "azurerm_container_registry")
    for values in VALUES.values():
        assert values["global"]["images"]["registry"] == f"{registry}.azurecr.io"
