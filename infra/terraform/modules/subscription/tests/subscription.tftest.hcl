mock_provider "azurerm" {}

variables {
  name            = "streamcart"
  subscription_id = "00000000-0000-0000-0000-000000000020"
  defender        = false
  policies        = false
  locations       = ["westeurope"]
}

run "nodes_may_encrypt_their_disks" {
  command = plan

  assert {
    condition     = azurerm_resource_provider_feature_registration.host_encryption.name == "EncryptionAtHost" && azurerm_resource_provider_feature_registration.host_encryption.provider_name == "Microsoft.Compute"
    error_message = "AKS refuses pools with host encryption otherwise."
  }

  assert {
    condition     = length(azurerm_security_center_subscription_pricing.this) == 0 && length(azurerm_subscription_policy_assignment.this) == 0
    error_message = "What costs or refuses is asked for."
  }
}

run "defender_and_policies_are_a_switch" {
  command = plan

  variables {
    defender = true
    policies = true
  }

  assert {
    condition     = length(azurerm_security_center_subscription_pricing.this) == 4 && length(azurerm_subscription_policy_assignment.this) == 3
    error_message = "All plans and all assignments."
  }
}
