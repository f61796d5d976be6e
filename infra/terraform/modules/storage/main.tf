# Blobs: what the shop serves (where files are Azure's), and the databases' dumps, each in an account of its own. Only
# identities open them, no keys.
resource "azurerm_storage_account" "this" {
  for_each = local.accounts

  name                            = "${replace(var.name, "-", "")}${each.key}"
  resource_group_name             = var.resource_group_name
  location                        = var.location
  account_kind                    = "StorageV2"
  account_tier                    = "Standard"
  account_replication_type        = each.value.replication
  min_tls_version                 = "TLS1_2"
  https_traffic_only_enabled      = true
  shared_access_key_enabled       = false
  default_to_oauth_authentication = true
  allow_nested_items_to_be_public = false
  public_network_access_enabled   = false
  local_user_enabled              = false
  tags                            = var.tags

  blob_properties {
    versioning_enabled = true

    delete_retention_policy {
      days = 30
    }

    container_delete_retention_policy {
      days = 30
    }
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "azurerm_storage_container" "this" {
  for_each = {
    for pair in flatten([
      for account, its in local.accounts : [for container in its.containers : { account = account, name = container }]
    ]) : "${pair.account}-${pair.name}" => pair
  }

  name                  = each.value.name
  storage_account_id    = azurerm_storage_account.this[each.value.account].id
  container_access_type = "private"
}

resource "azurerm_storage_management_policy" "media" {
  count = var.media ? 1 : 0

  storage_account_id = azurerm_storage_account.this["media"].id

  # Files never change under their name: old versions are what was deleted by mistake.
  rule {
    name    = "old-versions"
    enabled = true

    filters {
      blob_types = ["blockBlob"]
    }

    actions {
      version {
        delete_after_days_since_creation = 30
      }
    }
  }
}

resource "azurerm_storage_management_policy" "backup" {
  storage_account_id = azurerm_storage_account.this["backup"].id

  rule {
    name    = "dumps"
    enabled = true

    filters {
      blob_types = ["blockBlob"]
    }

    actions {
      base_blob {
        tier_to_cool_after_days_since_modification_greater_than = 7
        delete_after_days_since_modification_greater_than       = var.backup_days
      }

      version {
        delete_after_days_since_creation = var.backup_days
      }
    }
  }
}

module "endpoint" {
  source   = "../endpoint"
  for_each = local.accounts

  name                = "${var.name}-${each.key}"
  resource_group_name = var.resource_group_name
  location            = var.location
  subnet_id           = var.endpoints_subnet_id
  private_zone_id     = var.private_zone_id
  target_id           = azurerm_storage_account.this[each.key].id
  subresource         = "blob"
  tags                = var.tags
}

# Services read and write their own container; nodes mount all of them for the pods.
resource "azurerm_role_assignment" "services" {
  for_each = var.media ? var.media_writers : {}

  scope                = azurerm_storage_container.this["media-${each.key}"].id
  role_definition_name = "Storage Blob Data Contributor"
  principal_id         = each.value
  principal_type       = "ServicePrincipal"
  description          = "${each.key} reads and writes its files"
}

resource "azurerm_role_assignment" "nodes" {
  for_each = azurerm_storage_account.this

  scope                = each.value.id
  role_definition_name = "Storage Blob Data Contributor"
  principal_id         = var.mounter
  principal_type       = "ServicePrincipal"
  description          = "Nodes mount ${each.key}"
}

locals {
  accounts = merge(
    var.media ? { media = { replication = var.replication, containers = var.media_containers } } : {},
    { backup = { replication = var.backup_replication, containers = var.backup_containers } },
  )
}
