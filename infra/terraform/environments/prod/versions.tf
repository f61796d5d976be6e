terraform {
  required_version = ">= 1.11"

  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "~> 5.2"
    }
    time = {
      source  = "hashicorp/time"
      version = "~> 0.14"
    }
  }

  # What the account is called is in backend.hcl, which `make settings` writes.
  backend "azurerm" {
    container_name   = "prod"
    key              = "terraform.tfstate"
    use_azuread_auth = true
  }
}

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
