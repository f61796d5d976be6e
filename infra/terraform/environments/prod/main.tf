# Three zones; databases, Redis and files are Azure's, each with a standby. What it costs: docs/azure.md.
module "platform" {
  source = "../../modules/platform"

  environment   = "prod"
  settings      = local.settings
  managed_data  = true
  address_space = "10.20.0.0/16"
  monitoring    = "none"
  sizes = {
    cluster_tier     = "Standard"
    system_pool      = { vm_size = "Standard_D2as_v5", min = 3, max = 5 }
    user_pool        = { vm_size = "Standard_D4as_v5", min = 3, max = 9 }
    postgres         = "GP_Standard_D2ds_v5"
    postgres_standby = true
    redis            = "Balanced_B1"
  }
}

module "argocd" {
  source = "../../modules/argocd"

  environment        = "prod"
  bootstrap_manifest = "${path.module}/../../../../argocd/bootstrap.yaml"
  replicas           = 2
}
