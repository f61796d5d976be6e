# One small cluster; databases, Redis and files live in it. What it costs: docs/azure.md.
module "platform" {
  source = "../../modules/platform"

  environment = "dev"
  # Raised by hand, dev first: docs/runbooks/upgrades.md.
  kubernetes_version = "1.36"
  settings           = local.settings
  managed_data       = false
  address_space      = "10.10.0.0/16"
  sizes = {
    budget       = 450
    cluster_tier = "Free"
    system_pool  = { vm_size = "Standard_D2as_v5", min = 1, max = 2 }
    user_pool    = { vm_size = "Standard_D4as_v5", min = 1, max = 3 }
  }
}
