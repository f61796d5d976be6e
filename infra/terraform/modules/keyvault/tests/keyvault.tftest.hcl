mock_provider "azurerm" {}

variables {
  name                = "streamcart-dev"
  resource_group_name = "streamcart-dev"
  location            = "westeurope"
  tenant_id           = "00000000-0000-0000-0000-0000000000aa"
  endpoints_subnet_id = "/subscriptions/00000000-0000-0000-0000-000000000020/resourceGroups/streamcart-dev/providers/Microsoft.Network/virtualNetworks/v/subnets/s"
  private_zone_id     = "/subscriptions/00000000-0000-0000-0000-000000000020/resourceGroups/streamcart-dev/providers/Microsoft.Network/privateDnsZones/z"
  readers             = { external-secrets = "00000000-0000-0000-0000-0000000000aa" }
}

run "roles_open_it_and_nothing_is_lost" {
  command = plan

  assert {
    condition     = azurerm_key_vault.this.rbac_authorization_enabled && azurerm_key_vault.this.purge_protection_enabled && azurerm_key_vault.this.soft_delete_retention_days == 90
    error_message = "Deleted secrets come back for 90 days."
  }

  assert {
    condition     = azurerm_role_assignment.readers["external-secrets"].role_definition_name == "Key Vault Secrets User"
    error_message = "The operator reads and does not write."
  }
}

run "ranges_close_it_to_others" {
  command = plan

  variables {
    authorised_ranges = ["203.0.113.0/24"]
  }

  assert {
    condition     = azurerm_key_vault.this.network_acls[0].default_action == "Deny"
    error_message = "Only the ranges get in."
  }
}
