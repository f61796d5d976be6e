mock_provider "azurerm" {}

variables {
  name                = "streamcart-dev"
  resource_group_name = "streamcart-dev"
  location            = "westeurope"
  tenant_id           = "00000000-0000-0000-0000-0000000000aa"
  sku_name            = "B_Standard_B2s"
  private_zone_id     = "/subscriptions/00000000-0000-0000-0000-000000000020/resourceGroups/streamcart-dev/providers/Microsoft.Network/privateDnsZones/z"
  subnets = {
    auth    = { id = "/subscriptions/00000000-0000-0000-0000-000000000020/resourceGroups/streamcart-dev/providers/Microsoft.Network/virtualNetworks/v/subnets/postgres-auth", cidr = "10.10.5.0/28" }
    payment = { id = "/subscriptions/00000000-0000-0000-0000-000000000020/resourceGroups/streamcart-dev/providers/Microsoft.Network/virtualNetworks/v/subnets/postgres-payment", cidr = "10.10.5.16/28" }
  }
  administrators = {
    streamcart-dev-database-administrator = { object_id = "00000000-0000-0000-0000-0000000000bb", type = "ServicePrincipal" }
    administrators                        = { object_id = "00000000-0000-0000-0000-0000000000cc", type = "Group" }
  }
}

run "every_server_has_its_own_subnet" {
  command = plan

  assert {
    condition     = alltrue([for name, server in azurerm_postgresql_flexible_server.this : endswith(server.delegated_subnet_id, "/postgres-${name}") && server.public_network_access_enabled == false])
    error_message = "Each in a subnet of its own, in the network alone."
  }

  assert {
    condition     = alltrue([for setting in azurerm_postgresql_flexible_server_configuration.tls : setting.value == "on"])
    error_message = "Connections are encrypted."
  }
}

run "nobody_signs_in_with_a_password" {
  command = plan

  assert {
    condition     = alltrue([for server in azurerm_postgresql_flexible_server.this : server.authentication[0].active_directory_auth_enabled && !server.authentication[0].password_auth_enabled])
    error_message = "Entra ID alone."
  }

  assert {
    condition     = length(azurerm_postgresql_flexible_server_active_directory_administrator.this) == 4
    error_message = "Both administrators on both servers."
  }
}

run "a_server_that_no_job_administers_is_refused" {
  command = plan

  variables {
    administrators = { people = { object_id = "00000000-0000-0000-0000-0000000000cc", type = "Group" } }
  }

  expect_failures = [var.administrators]
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
