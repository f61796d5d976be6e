locals {
  settings = yamldecode(file("${path.module}/../../../settings.yaml"))
}

locals {
  # What the environments are made of. A new subscription knows none of it, and the provider registers nothing by itself.
  resource_providers = [
    "Microsoft.Authorization",
    "Microsoft.Cache",
    "Microsoft.Compute",
    "Microsoft.Consumption",
    "Microsoft.ContainerRegistry",
    "Microsoft.ContainerService",
    "Microsoft.DBforPostgreSQL",
    "Microsoft.Dashboard",
    "Microsoft.Insights",
    "Microsoft.KeyVault",
    "Microsoft.ManagedIdentity",
    "Microsoft.Monitor",
    "Microsoft.Network",
    "Microsoft.OperationalInsights",
    "Microsoft.PolicyInsights",
    "Microsoft.Security",
    "Microsoft.Storage",
  ]
}

provider "azurerm" {
  subscription_id                = local.settings.environments["prod"].subscription_id
  tenant_id                      = local.settings.azure.tenant_id
  storage_use_azuread            = true
  resource_providers_to_register = local.resource_providers

  features {
    resource_group {
      prevent_deletion_if_contains_resources = true
    }
  }
}

# A subscription's switches may be on already: these two providers take them over instead of asking for an import, and make
# nothing else.
provider "azurerm" {
  alias                          = "prod_registration"
  subscription_id                = local.settings.environments["prod"].subscription_id
  tenant_id                      = local.settings.azure.tenant_id
  resource_providers_to_register = local.resource_providers

  features {
    skip_import_check_on_create_and_allow_overwriting_existing_resources = true
  }
}

provider "azurerm" {
  alias                          = "dev_registration"
  subscription_id                = local.settings.environments["dev"].subscription_id
  tenant_id                      = local.settings.azure.tenant_id
  resource_providers_to_register = local.resource_providers

  features {
    skip_import_check_on_create_and_allow_overwriting_existing_resources = true
  }
}
