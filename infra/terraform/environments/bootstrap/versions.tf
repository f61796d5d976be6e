terraform {
  required_version = ">= 1.11"

  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "~> 5.2"
    }
  }
}

locals {
  settings = yamldecode(file("${path.module}/../../../settings.yaml"))
}

provider "azurerm" {
  subscription_id     = local.settings.environments["prod"].subscription_id
  tenant_id           = local.settings.azure.tenant_id
  storage_use_azuread = true

  resource_providers_to_register = [
    "Microsoft.Cache",
    "Microsoft.ContainerRegistry",
    "Microsoft.ContainerService",
    "Microsoft.DBforPostgreSQL",
    "Microsoft.Dashboard",
    "Microsoft.KeyVault",
    "Microsoft.ManagedIdentity",
    "Microsoft.Monitor",
    "Microsoft.Network",
    "Microsoft.Storage",
  ]

  features {
    key_vault {
      purge_soft_delete_on_destroy = false
    }

    resource_group {
      prevent_deletion_if_contains_resources = true
    }
  }
}
