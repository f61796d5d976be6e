# Films on their way in: staff's browsers send them straight here, with addresses that the video service signs for one blob
# and an hour. The one account that the internet reaches, so it holds nothing else; a film is copied out and removed.
resource "azurerm_storage_account" "uploads" {
  name                            = "${replace(var.name, "-", "")}uploads"
  resource_group_name             = var.resource_group_name
  location                        = var.location
  account_kind                    = "StorageV2"
  account_tier                    = "Standard"
  account_replication_type        = "ZRS"
  min_tls_version                 = "TLS1_2"
  https_traffic_only_enabled      = true
  shared_access_key_enabled       = false
  default_to_oauth_authentication = true
  allow_nested_items_to_be_public = false
  public_network_access_enabled   = true
  local_user_enabled              = false
  tags                            = var.tags

  blob_properties {
    # Only pages of this shop may send blocks from a browser; a signed address is needed all the same.
    cors_rule {
      allowed_origins    = ["https://${var.host}"]
      allowed_methods    = ["PUT"]
      allowed_headers    = ["*"]
      exposed_headers    = []
      max_age_in_seconds = 3600
    }

    delete_retention_policy {
      days = 1
    }

    container_delete_retention_policy {
      days = 7
    }
  }

  # Signed addresses end after an hour; a longer one is in the log.
  sas_policy {
    expiration_period = "00.02:00:00"
    expiration_action = "Log"
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "azurerm_storage_container" "uploads" {
  name                  = "uploads"
  storage_account_id    = azurerm_storage_account.uploads.id
  container_access_type = "private"
}

# The service removes what is finished or expired; Azure drops blocks of unfinished ones after a week by itself.
resource "azurerm_storage_management_policy" "uploads" {
  storage_account_id = azurerm_storage_account.uploads.id

  rule {
    name    = "left-behind"
    enabled = true

    filters {
      blob_types = ["blockBlob"]
    }

    actions {
      base_blob {
        delete_after_days_since_modification_greater_than = 8
      }
    }
  }
}

# Pods reach it in the network, under the same name.
module "endpoint" {
  source = "../endpoint"

  name                = "${var.name}-uploads"
  resource_group_name = var.resource_group_name
  location            = var.location
  subnet_id           = var.endpoints_subnet_id
  private_zone_id     = var.private_zone_id
  target_id           = azurerm_storage_account.uploads.id
  subresource         = "blob"
  tags                = var.tags
}

resource "azurerm_role_assignment" "receiver" {
  scope                = azurerm_storage_container.uploads.id
  role_definition_name = "Storage Blob Data Contributor"
  principal_id         = var.receiver
  principal_type       = "ServicePrincipal"
  description          = "video puts films together, reads and removes them"
}

# A key for signatures is one of the account.
resource "azurerm_role_assignment" "signer" {
  scope                = azurerm_storage_account.uploads.id
  role_definition_name = "Storage Blob Delegator"
  principal_id         = var.receiver
  principal_type       = "ServicePrincipal"
  description          = "video signs addresses that films are sent to"
}
