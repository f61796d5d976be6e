mock_provider "azurerm" {}

variables {
  name                = "streamcart-dev"
  resource_group_name = "streamcart-dev"
  location            = "westeurope"
  endpoints_subnet_id = "/subscriptions/00000000-0000-0000-0000-000000000020/resourceGroups/streamcart-dev/providers/Microsoft.Network/virtualNetworks/v/subnets/s"
  private_zone_id     = "/subscriptions/00000000-0000-0000-0000-000000000020/resourceGroups/streamcart-dev/providers/Microsoft.Network/privateDnsZones/z"
  principals = {
    auth    = "00000000-0000-0000-0000-0000000000a1"
    catalog = "00000000-0000-0000-0000-0000000000a2"
    payment = "00000000-0000-0000-0000-0000000000a3"
    ui      = "00000000-0000-0000-0000-0000000000a4"
    video   = "00000000-0000-0000-0000-0000000000a5"
  }
}

run "it_is_in_the_network_alone" {
  command = plan

  assert {
    condition     = azurerm_managed_redis.this.public_network_access == "Disabled" && azurerm_managed_redis.this.default_database[0].client_protocol == "Encrypted"
    error_message = "Private and encrypted."
  }

  assert {
    condition     = azurerm_managed_redis.this.default_database[0].access_keys_authentication_enabled == false && azurerm_managed_redis_access_policy_assignment.ui.object_id == var.principals.ui
    error_message = "Services sign in as themselves; there are no keys."
  }
}

run "an_old_tier_is_refused" {
  command = plan

  variables {
    sku_name = "Premium_P1"
  }

  expect_failures = [var.sku_name]
}

run "commands_of_several_keys_work" {
  command = plan

  assert {
    condition     = azurerm_managed_redis.this.default_database[0].clustering_policy == "NoCluster"
    error_message = "Celery's commands name keys of several slots."
  }
}

run "more_than_one_shard_holds_is_refused" {
  command = plan

  variables {
    sku_name = "Balanced_B50"
  }

  expect_failures = [var.sku_name]
}
