mock_provider "azurerm" {}

variables {
  administrators_group_id = "00000000-0000-0000-0000-0000000000bb"
  name                    = "streamcart"
  resource_group_name     = "streamcart-terraform"
  location                = "westeurope"
  writers                 = { dev = "00000000-0000-0000-0000-0000000000aa" }
  readers                 = { dev = "00000000-0000-0000-0000-0000000000aa" }
}

run "one_container_for_each_environment" {
  command = plan

  assert {
    condition     = toset(keys(azurerm_storage_container.this)) == toset(["dev"]) && azurerm_storage_container.bootstrap.name == "bootstrap" && azurerm_storage_account.this.blob_properties[0].versioning_enabled
    error_message = "Old states are kept."
  }

  assert {
    condition     = azurerm_role_assignment.readers["dev"].role_definition_name == "Storage Blob Data Reader"
    error_message = "A plan does not write."
  }

  assert {
    condition     = azurerm_storage_account.this.shared_access_key_enabled == false
    error_message = "Identities alone."
  }
}

run "a_name_with_a_hyphen_is_refused" {
  command = plan

  variables {
    name = "stream-cart"
  }

  expect_failures = [var.name]
}
