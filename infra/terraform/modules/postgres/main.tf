# A server for each service, or one that all share; reachable in the network alone, by identities of Entra ID alone.
# Databases and roles are not made here: on a server without a password, Azure's API gives databases to an owner that nobody
# may become. A Job of the chart makes both, as the administrator below.
resource "azurerm_postgresql_flexible_server" "this" {
  for_each = var.subnets

  name                          = "${var.name}-${each.key}"
  resource_group_name           = var.resource_group_name
  location                      = var.location
  version                       = var.postgres_version
  sku_name                      = var.sku_name
  storage_mb                    = var.storage_gb * 1024
  auto_grow_enabled             = true
  backup_retention_days         = var.backup_retention_days
  geo_redundant_backup_enabled  = var.geo_redundant_backup
  public_network_access_enabled = false
  delegated_subnet_id           = each.value.id
  private_dns_zone_id           = var.private_zone_id
  tags                          = var.tags

  authentication {
    active_directory_auth_enabled = true
    password_auth_enabled         = false
    tenant_id                     = var.tenant_id
  }

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

# A Job in the cluster makes roles and databases; people look after them.
resource "azurerm_postgresql_flexible_server_active_directory_administrator" "this" {
  for_each = {
    for pair in setproduct(keys(var.subnets), keys(var.administrators)) : join(" ", pair) => { server = pair[0], administrator = pair[1] }
  }

  server_name         = azurerm_postgresql_flexible_server.this[each.value.server].name
  resource_group_name = var.resource_group_name
  tenant_id           = var.tenant_id
  object_id           = var.administrators[each.value.administrator].object_id
  principal_name      = each.value.administrator
  principal_type      = var.administrators[each.value.administrator].type
}

# What migrations ask for with CREATE EXTENSION.
resource "azurerm_postgresql_flexible_server_configuration" "extensions" {
  for_each = azurerm_postgresql_flexible_server.this

  name      = "azure.extensions"
  server_id = each.value.id
  value     = join(",", var.extensions)
}

resource "azurerm_postgresql_flexible_server_configuration" "tls" {
  for_each = azurerm_postgresql_flexible_server.this

  name      = "require_secure_transport"
  server_id = each.value.id
  value     = "on"
}
