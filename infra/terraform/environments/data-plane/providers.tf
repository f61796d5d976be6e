locals {
  settings = yamldecode(file("${path.module}/../../../settings.yaml"))
}

provider "azurerm" {
  subscription_id                 = local.its.subscription_id
  tenant_id                       = local.settings.azure.tenant_id
  storage_use_azuread             = true
  resource_provider_registrations = "none"

  features {}
}

# As whoever runs Terraform, with a short-lived token; nothing of it is in the state.
provider "helm" {
  kubernetes = {
    host                   = data.azurerm_kubernetes_cluster.this.kube_config[0].host
    cluster_ca_certificate = base64decode(data.azurerm_kubernetes_cluster.this.kube_config[0].cluster_ca_certificate)
    exec = {
      api_version = "client.authentication.k8s.io/v1beta1"
      command     = "kubelogin"
      # 6dae42f8-… is AKS itself, the same in every tenant.
      args = ["get-token", "--login", var.kubernetes_login, "--server-id", "6dae42f8-4368-4678-94ff-3960e28e3630"]
    }
  }
}
