# Three zones; databases, Redis and files are Azure's, each with a standby. What it costs: docs/azure.md.
module "platform" {
  source = "../../modules/platform"

  environment = "prod"
  # Raised by hand, dev first: docs/runbooks/upgrades.md.
  kubernetes_version = "1.36"
  settings           = local.settings
  managed_data       = true
  address_space      = "10.20.0.0/16"
  monitoring         = "none"
  sizes = {
    budget           = 2700
    cluster_tier     = "Standard"
    system_pool      = { vm_size = "Standard_D2as_v5", min = 3, max = 5 }
    user_pool        = { vm_size = "Standard_D4as_v5", min = 3, max = 9 }
    postgres         = "GP_Standard_D2ds_v5"
    postgres_standby = true
    redis            = "Balanced_B1"
  }
}
