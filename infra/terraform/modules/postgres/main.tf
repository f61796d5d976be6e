# A server for each service, or one that all share; reachable in the network alone.
locals {
  servers = var.shared ? { shared = { login = "streamcart", databases = var.services } } : {
    for service in var.services : service => { login = service, databases = [service] }
  }
  databases = {
    for pair in flatten([
      for server, its in local.servers : [for database in its.databases : { server = server, name = database }]
    ]) : pair.name => pair
  }
}

ephemeral "random_password" "administrator" {
  for_each = local.servers

  length  = 48
  special = false
}

resource "azurerm_postgresql_flexible_server" "this" {
  for_each = local.servers

  name                              = "${var.name}-${each.key}"
  resource_group_name               = var.resource_group_name
  location                          = var.location
  version                           = var.postgres_version
  sku_name                          = var.sku_name
  storage_mb                        = var.storage_gb * 1024
  auto_grow_enabled                 = true
  backup_retention_days             = var.backup_retention_days
  geo_redundant_backup_enabled      = var.geo_redundant_backup
  public_network_access_enabled     = false
  delegated_subnet_id               = var.subnet_id
  private_dns_zone_id               = var.private_zone_id
  administrator_login               = each.value.login
  administrator_password_wo         = ephemeral.random_password.administrator[each.key].result
  administrator_password_wo_version = var.password_version
  tags                              = var.tags

  dynamic "high_availability" {
    for_each = var.high_availability ? [1] : []

    content {
      mode = "ZoneRedundant"
    }
  }

  maintenance_window {
    day_of_week  = 3
    start_hour   = 2
    start_minute = 0
  }

  lifecycle {
    prevent_destroy = true
    # After a failover the zones have changed places.
    ignore_changes = [zone, high_availability[0].standby_availability_zone]

    precondition {
      condition     = !var.high_availability || !startswith(var.sku_name, "B_")
      error_message = "Burstable servers have no standby: choose a General Purpose SKU, such as GP_Standard_D2ds_v5."
    }
  }
}

# Written when the server is there, from the value that the server was given in the same run: a server that could not be
# made leaves no password behind that the next run would differ from.
resource "azurerm_key_vault_secret" "password" {
  for_each = azurerm_postgresql_flexible_server.this

  name             = "${each.key}-database-password"
  key_vault_id     = var.key_vault_id
  value_wo         = ephemeral.random_password.administrator[each.key].result
  value_wo_version = var.password_version
  content_type     = "text/plain"
}

# What migrations ask for with CREATE EXTENSION.
resource "azurerm_postgresql_flexible_server_configuration" "extensions" {
  for_each = local.servers

  name      = "azure.extensions"
  server_id = azurerm_postgresql_flexible_server.this[each.key].id
  value     = join(",", var.extensions)
}

resource "azurerm_postgresql_flexible_server_configuration" "tls" {
  for_each = local.servers

  name      = "require_secure_transport"
  server_id = azurerm_postgresql_flexible_server.this[each.key].id
  value     = "on"
}

resource "azurerm_postgresql_flexible_server_database" "this" {
  for_each = local.databases

  name      = each.key
  server_id = azurerm_postgresql_flexible_server.this[each.value.server].id
  charset   = "UTF8"
  collation = "en_US.utf8"

  lifecycle {
    prevent_destroy = true
  }
}
