locals {
  settings = yamldecode(file("${path.module}/../../../settings.yaml"))
}

provider "azurerm" {
  subscription_id     = local.settings.environments["prod"].subscription_id
  tenant_id           = local.settings.azure.tenant_id
  storage_use_azuread = true
  # environments/bootstrap registers what is used: a plan may not.
  resource_provider_registrations = "none"

  features {
    key_vault {
      purge_soft_delete_on_destroy = false
    }

    resource_group {
      prevent_deletion_if_contains_resources = true
    }
  }
}
