terraform {
  required_version = ">= 1.11"

  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "~> 5.2"
    }
    helm = {
      source  = "hashicorp/helm"
      version = "~> 3.2"
    }
    random = {
      source  = "hashicorp/random"
      version = "~> 3.7"
    }
  }

  # What the account is called is in backend.hcl, which `make settings` writes.
  backend "azurerm" {
    container_name   = "dev"
    key              = "terraform.tfstate"
    use_azuread_auth = true
  }
}

locals {
  settings = yamldecode(file("${path.module}/../../../settings.yaml"))
}

provider "azurerm" {
  subscription_id     = local.settings.environments["dev"].subscription_id
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

# As whoever runs Terraform, with a short-lived token; nothing of it is in the state.
provider "helm" {
  kubernetes = {
    host                   = module.platform.cluster.host
    cluster_ca_certificate = base64decode(module.platform.cluster.certificate_authority)
    exec = {
      api_version = "client.authentication.k8s.io/v1beta1"
      command     = "kubelogin"
      # 6dae42f8-… is AKS itself, the same in every tenant.
      args = ["get-token", "--login", "azurecli", "--server-id", "6dae42f8-4368-4678-94ff-3960e28e3630"]
    }
  }
}
