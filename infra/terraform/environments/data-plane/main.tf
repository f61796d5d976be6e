# What Terraform puts into the vault and the cluster of an environment: secrets and Argo CD. Apart from the environment
# itself, so that a plan of that reads neither: this root is run from an address that the vault and the API server let in.
locals {
  name     = "${local.settings.name}-${var.environment}"
  its      = local.settings.environments[var.environment]
  services = ["auth", "catalog", "payment", "video", "ui"]
  # What runs in the cluster asks for passwords; Azure's own PostgreSQL and Redis know identities instead.
  passwords = var.managed_data ? [] : concat(
    [for service in local.services : "${service}-database-password" if service != "ui"],
    [for service in local.services : "${service}-redis-password"],
  )
}

module "secrets" {
  source = "../../modules/secrets"

  key_vault_id = "/subscriptions/${local.its.subscription_id}/resourceGroups/${local.name}/providers/Microsoft.KeyVault/vaults/${local.name}-kv"
  generated = concat(
    [for service in local.services : "${service}-client-secret"],
    [for service in local.services : "${service}-secret-key"],
    ["payment-sandbox-webhook-secret", "video-stream-secret"],
    local.passwords,
  )
  generated_keys = ["auth-key-encryption-key", "ui-cookie-key", "video-key-encryption-key"]
}

data "azurerm_kubernetes_cluster" "this" {
  name                = local.name
  resource_group_name = local.name
}

module "argocd" {
  source = "../../modules/argocd"

  environment        = var.environment
  bootstrap_manifest = "${path.module}/../../../../argocd/bootstrap.yaml"
  replicas           = var.replicas
}
