mock_provider "azurerm" {}

variables {
  name                = "streamcart-dev"
  resource_group_name = "streamcart-dev"
  location            = "westeurope"
  media               = true
  endpoints_subnet_id = "/subscriptions/00000000-0000-0000-0000-000000000020/resourceGroups/streamcart-dev/providers/Microsoft.Network/virtualNetworks/v/subnets/s"
  private_zone_id     = "/subscriptions/00000000-0000-0000-0000-000000000020/resourceGroups/streamcart-dev/providers/Microsoft.Network/privateDnsZones/z"
  media_writers       = { video = "00000000-0000-0000-0000-0000000000aa" }
  mounter             = "00000000-0000-0000-0000-0000000000aa"
}

run "no_key_and_no_stranger_opens_it" {
  command = plan

  assert {
    condition     = alltrue([for account in azurerm_storage_account.this : !account.shared_access_key_enabled && !account.public_network_access_enabled && !account.allow_nested_items_to_be_public])
    error_message = "Identities alone, in the network alone."
  }

  assert {
    condition     = alltrue([for container in azurerm_storage_container.this : container.container_access_type == "private"])
    error_message = "Films are paid for."
  }
}

run "every_database_has_a_container_of_dumps" {
  command = plan

  assert {
    condition     = length([for key, container in azurerm_storage_container.this : key if startswith(key, "backup-")]) == 4
    error_message = "Four databases, four containers."
  }

  assert {
    condition     = azurerm_storage_account.this["backup"].account_replication_type == "GRS"
    error_message = "Dumps survive a region."
  }
}

run "dumps_have_an_account_without_files" {
  command = plan

  variables {
    media = false
  }

  assert {
    condition     = toset(keys(azurerm_storage_account.this)) == toset(["backup"]) && length(azurerm_role_assignment.services) == 0 && length(azurerm_role_assignment.nodes) == 1
    error_message = "Restores can be practised where files are in the cluster."
  }
}

run "old_dumps_go" {
  command = plan

  assert {
    condition     = azurerm_storage_management_policy.backup.rule[0].actions[0].base_blob[0].delete_after_days_since_modification_greater_than == 90
    error_message = "After 90 days."
  }
}

run "an_unknown_replication_is_refused" {
  command = plan

  variables {
    replication = "NONE"
  }

  expect_failures = [var.replication]
}

run "dumps_of_a_day_are_refused" {
  command = plan

  variables {
    backup_days = 1
  }

  expect_failures = [var.backup_days]
}
