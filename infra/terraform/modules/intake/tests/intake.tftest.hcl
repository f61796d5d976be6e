mock_provider "azurerm" {}

variables {
  name                = "streamcart-prod"
  resource_group_name = "streamcart-prod"
  location            = "westeurope"
  host                = "shop.example"
  endpoints_subnet_id = "/subscriptions/00000000-0000-0000-0000-000000000020/resourceGroups/streamcart-prod/providers/Microsoft.Network/virtualNetworks/v/subnets/s"
  private_zone_id     = "/subscriptions/00000000-0000-0000-0000-000000000020/resourceGroups/streamcart-prod/providers/Microsoft.Network/privateDnsZones/z"
  receiver            = "00000000-0000-0000-0000-0000000000aa"
}

run "nobody_reads_it_without_an_identity_or_a_signature" {
  command = plan

  assert {
    condition     = !azurerm_storage_account.uploads.shared_access_key_enabled && !azurerm_storage_account.uploads.allow_nested_items_to_be_public
    error_message = "Identities and signed addresses alone."
  }

  assert {
    condition     = azurerm_storage_container.uploads.container_access_type == "private"
    error_message = "Films are paid for."
  }
}

run "pages_of_the_shop_put_blocks_and_nothing_else" {
  command = plan

  assert {
    condition     = azurerm_storage_account.uploads.blob_properties[0].cors_rule[0].allowed_origins == tolist(["https://shop.example"]) && azurerm_storage_account.uploads.blob_properties[0].cors_rule[0].allowed_methods == tolist(["PUT"])
    error_message = "One origin, one method."
  }
}
