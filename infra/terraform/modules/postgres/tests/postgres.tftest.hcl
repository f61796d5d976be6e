mock_provider "azurerm" {}

variables {
  name                = "streamcart-dev"
  resource_group_name = "streamcart-dev"
  location            = "westeurope"
  sku_name            = "B_Standard_B2s"
  subnet_id           = "/subscriptions/00000000-0000-0000-0000-000000000020/resourceGroups/streamcart-dev/providers/Microsoft.Network/virtualNetworks/v/subnets/s"
  private_zone_id     = "/subscriptions/00000000-0000-0000-0000-000000000020/resourceGroups/streamcart-dev/providers/Microsoft.Network/privateDnsZones/z"
  key_vault_id        = "/subscriptions/00000000-0000-0000-0000-000000000020/resourceGroups/streamcart-dev/providers/Microsoft.KeyVault/vaults/v"
}

run "every_service_has_its_own_server" {
  command = plan

  assert {
    condition     = toset(keys(azurerm_postgresql_flexible_server.this)) == toset(["auth", "catalog", "payment", "video"])
    error_message = "Four services, four servers."
  }

  assert {
    condition     = alltrue([for name, server in azurerm_postgresql_flexible_server.this : server.administrator_login == name && server.public_network_access_enabled == false])
    error_message = "Each with its own login, in the network alone."
  }

  assert {
    condition     = alltrue([for server in azurerm_postgresql_flexible_server.this : server.administrator_password == null])
    error_message = "The password is not in the state."
  }

  assert {
    condition     = alltrue([for setting in azurerm_postgresql_flexible_server_configuration.tls : setting.value == "on"])
    error_message = "Connections are encrypted."
  }
}

run "one_server_may_hold_all" {
  command = plan

  variables {
    shared = true
  }

  assert {
    condition     = length(azurerm_postgresql_flexible_server.this) == 1 && length(azurerm_postgresql_flexible_server_database.this) == 4
    error_message = "One server, four databases."
  }
}

run "a_burstable_server_has_no_standby" {
  command = plan

  variables {
    high_availability = true
  }

  expect_failures = [azurerm_postgresql_flexible_server.this]
}

run "a_standby_stands_in_another_zone" {
  command = plan

  variables {
    high_availability = true
    sku_name          = "GP_Standard_D2ds_v5"
  }

  assert {
    condition     = azurerm_postgresql_flexible_server.this["payment"].high_availability[0].mode == "ZoneRedundant"
    error_message = "A zone may fail."
  }
}

run "an_unknown_size_is_refused" {
  command = plan

  variables {
    sku_name = "db.t3.micro"
  }

  expect_failures = [var.sku_name]
}

run "odd_storage_is_refused" {
  command = plan

  variables {
    storage_gb = 33
  }

  expect_failures = [var.storage_gb]
}

run "an_old_server_is_refused" {
  command = plan

  variables {
    postgres_version = "14"
  }

  expect_failures = [var.postgres_version]
}

run "backups_of_a_day_are_refused" {
  command = plan

  variables {
    backup_retention_days = 1
  }

  expect_failures = [var.backup_retention_days]
}
