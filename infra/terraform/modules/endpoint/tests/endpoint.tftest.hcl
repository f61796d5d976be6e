mock_provider "azurerm" {}

variables {
  name                = "streamcart-dev-vault"
  resource_group_name = "streamcart-dev"
  location            = "westeurope"
  subnet_id           = "/subscriptions/00000000-0000-0000-0000-000000000020/resourceGroups/streamcart-dev/providers/Microsoft.Network/virtualNetworks/v/subnets/s"
  private_zone_id     = "/subscriptions/00000000-0000-0000-0000-000000000020/resourceGroups/streamcart-dev/providers/Microsoft.Network/privateDnsZones/z"
  target_id           = "/subscriptions/00000000-0000-0000-0000-000000000020/resourceGroups/streamcart-dev/providers/Microsoft.KeyVault/vaults/v"
  subresource         = "vault"
}

run "names_resolve_to_it" {
  command = plan

  assert {
    condition     = azurerm_private_endpoint.this.private_dns_zone_group[0].private_dns_zone_ids == tolist([var.private_zone_id])
    error_message = "Without the zone, the usual name leads to the internet."
  }
}

run "an_unknown_service_is_refused" {
  command = plan

  variables {
    subresource = "table"
  }

  expect_failures = [var.subresource]
}
