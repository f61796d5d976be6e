mock_provider "azurerm" {}

variables {
  name                = "streamcart-dev"
  resource_group_name = "streamcart-dev"
  location            = "westeurope"
  endpoints_subnet_id = "/subscriptions/00000000-0000-0000-0000-000000000020/resourceGroups/streamcart-dev/providers/Microsoft.Network/virtualNetworks/v/subnets/s"
  private_zone_id     = "/subscriptions/00000000-0000-0000-0000-000000000020/resourceGroups/streamcart-dev/providers/Microsoft.Network/privateDnsZones/z"
  key_vault_id        = "/subscriptions/00000000-0000-0000-0000-000000000020/resourceGroups/streamcart-dev/providers/Microsoft.KeyVault/vaults/v"
}

run "it_is_in_the_network_alone" {
  command = plan

  assert {
    condition     = azurerm_managed_redis.this.public_network_access == "Disabled" && azurerm_managed_redis.this.default_database[0].client_protocol == "Encrypted"
    error_message = "Private and encrypted."
  }

  assert {
    condition     = toset(keys(azurerm_key_vault_secret.password)) == toset(["auth", "catalog", "payment", "ui", "video"])
    error_message = "Every service finds its password in the vault."
  }
}

run "an_old_tier_is_refused" {
  command = plan

  variables {
    sku_name = "Premium_P1"
  }

  expect_failures = [var.sku_name]
}
