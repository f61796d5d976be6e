mock_provider "azurerm" {}

variables {
  key_vault_id   = "/subscriptions/00000000-0000-0000-0000-000000000020/resourceGroups/streamcart-dev/providers/Microsoft.KeyVault/vaults/v"
  generated      = ["auth-secret-key"]
  generated_keys = ["ui-cookie-key"]
}

run "values_are_not_in_the_state" {
  command = plan

  assert {
    condition     = azurerm_key_vault_secret.generated["auth-secret-key"].value == null && azurerm_key_vault_secret.keys["ui-cookie-key"].value == null
    error_message = "Values are written and forgotten."
  }
}

run "a_name_that_the_vault_refuses" {
  command = plan

  variables {
    generated = ["AUTH_SECRET"]
  }

  expect_failures = [var.generated]
}
