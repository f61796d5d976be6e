# Everything that one environment stands on. dev and prod differ in sizes alone.
locals {
  name  = "${var.settings.name}-${var.environment}"
  redis = var.managed_data ? ["redis"] : []
  its   = var.settings.environments[var.environment]
  # A server keeps its number, and with it its addresses, for ever: new services are added at the end of the list.
  postgres_servers = !var.managed_data ? {} : var.sizes.postgres_shared ? { shared = 15 } : { for number, service in var.data_services : service => number }
  tags = {
    application = "streamcart"
    environment = var.environment
    owner       = var.settings.contact
    managed-by  = "terraform"
  }
}

module "regions" {
  source = "../regions"

  location = var.settings.location
}

resource "azurerm_resource_group" "this" {
  name     = local.name
  location = var.settings.location
  tags     = local.tags

  lifecycle {
    precondition {
      condition     = !var.second_region || module.regions.pair != null
      error_message = "Azure pairs ${var.settings.location} with no region, so backups have no second one: choose another location, or set second_region = false."
    }
  }
}

module "network" {
  source = "../network"

  name                = local.name
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  address_space       = var.address_space
  postgres_servers    = local.postgres_servers
  tags                = local.tags
}

module "cluster" {
  source = "../cluster"

  name                = local.name
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  tenant_id           = var.settings.azure.tenant_id
  production          = var.environment == "prod"
  kubernetes_version  = var.kubernetes_version
  sku_tier            = var.sizes.cluster_tier
  nodes_subnet_id     = module.network.nodes_subnet_id
  private_api         = var.private_api
  authorised_ranges   = var.private_api ? [] : concat(local.its.authorised_ranges, length(local.its.authorised_ranges) > 0 ? ["${module.network.outbound_address}/32"] : [])
  system_pool         = var.sizes.system_pool
  user_pool           = var.sizes.user_pool
  managed_metrics     = var.monitoring == "managed"
  tags                = local.tags
}

module "identity" {
  source = "../identity"

  name                = local.name
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  identities = {
    for name, accounts in merge(local.service_accounts, local.database_administrator) : name => {
      issuer   = module.cluster.issuer_url
      subjects = [for account in accounts : "system:serviceaccount:${account}"]
    }
  }
  tags = local.tags
}

# Both environments pull from one registry, so that what is promoted is the same image.
resource "azurerm_role_assignment" "pull" {
  scope                = "/subscriptions/${var.settings.environments["prod"].subscription_id}/resourceGroups/${var.settings.name}-terraform/providers/Microsoft.ContainerRegistry/registries/${var.settings.name}images"
  role_definition_name = "AcrPull"
  principal_id         = module.cluster.kubelet_object_id
  principal_type       = "ServicePrincipal"
  description          = "Nodes of ${var.environment} pull images"
}

module "keyvault" {
  source = "../keyvault"

  name                = local.name
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  tenant_id           = var.settings.azure.tenant_id
  endpoints_subnet_id = module.network.endpoints_subnet_id
  private_zone_id     = module.network.private_zone_ids["vault"]
  authorised_ranges   = local.its.authorised_ranges
  readers             = { external-secrets = module.identity.principal_ids["external-secrets"] }
  tags                = local.tags
}

locals {
  service_accounts = merge(
    { for service in var.data_services : service => ["${service}:${service}"] },
    {
      ui               = ["frontend:ui"]
      external-secrets = ["external-secrets:external-secrets"]
      external-dns     = ["external-dns:external-dns"]
    },
  )
  # One Job in each service's namespace makes the service's role and database.
  database_administrator = !var.managed_data ? {} : {
    database-administrator = [for service in var.data_services : "${service}:database-administrator"]
  }
}

module "postgres" {
  source = "../postgres"

  name                 = local.name
  resource_group_name  = azurerm_resource_group.this.name
  location             = azurerm_resource_group.this.location
  tenant_id            = var.settings.azure.tenant_id
  subnets              = module.network.postgres_subnets
  postgres_version     = var.sizes.postgres_version
  sku_name             = var.sizes.postgres
  high_availability    = var.sizes.postgres_standby
  geo_redundant_backup = var.second_region
  private_zone_id      = module.network.private_zone_ids["postgres"]
  administrators = merge(
    { for name in keys(local.database_administrator) : "${local.name}-${name}" => { object_id = module.identity.principal_ids[name], type = "ServicePrincipal" } },
    { (var.settings.azure.administrators_group) = { object_id = var.settings.azure.administrators_group_id, type = "Group" } },
  )
  tags = local.tags
}

module "redis" {
  source = "../redis"
  count  = var.managed_data ? 1 : 0

  name                = local.name
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  sku_name            = var.sizes.redis
  principals          = { for service in concat(var.data_services, ["ui"]) : service => module.identity.principal_ids[service] }
  endpoints_subnet_id = module.network.endpoints_subnet_id
  private_zone_id     = module.network.private_zone_ids["redis"]
  tags                = local.tags
}

# dev too: its databases are dumped, and restores practised, as production's are.
module "storage" {
  source = "../storage"

  name                = local.name
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  endpoints_subnet_id = module.network.endpoints_subnet_id
  private_zone_id     = module.network.private_zone_ids["blob"]
  media               = var.managed_data
  backup_replication  = var.second_region ? "GRS" : "ZRS"
  media_writers       = { for service in ["catalog", "video"] : service => module.identity.principal_ids[service] }
  mounter             = module.cluster.kubelet_object_id
  tags                = local.tags
}

module "intake" {
  source   = "../intake"
  for_each = var.managed_data ? toset(["uploads"]) : toset([])

  name                = local.name
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  host                = local.its.host
  endpoints_subnet_id = module.network.endpoints_subnet_id
  private_zone_id     = module.network.private_zone_ids["blob"]
  receiver            = module.identity.principal_ids["video"]
  tags                = local.tags
}

module "dns" {
  source = "../dns"

  resource_group_name = azurerm_resource_group.this.name
  resource_group_id   = azurerm_resource_group.this.id
  domain              = local.its.host
  writers             = { external-dns = module.identity.principal_ids["external-dns"] }
  tags                = local.tags
}

module "monitoring" {
  source = "../monitoring"

  name                = local.name
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  kind                = var.monitoring
  cluster_id          = module.cluster.id
  tags                = local.tags
}

module "logs" {
  source = "../logs"

  name                = local.name
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  targets = merge(
    {
      cluster = {
        id               = module.cluster.id
        categories       = ["cloud-controller-manager", "cluster-autoscaler", "guard", "kube-audit-admin", "kube-controller-manager"]
        dedicated_tables = true
      }
      vault = { id = module.keyvault.id, categories = ["AuditEvent"] }
    },
    { for name in keys(local.postgres_servers) : "postgres-${name}" => { id = module.postgres.ids[name], categories = ["PostgreSQLLogs"] } },
    { for name in local.redis : name => { id = one(module.redis[*].database_id), categories = ["ConnectionEvents"] } },
  )
  tags = local.tags
}

module "alerts" {
  source = "../alerts"

  name                = local.name
  resource_group_name = azurerm_resource_group.this.name
  contact             = var.settings.contact
  subscription_id     = local.its.subscription_id
  budget              = var.sizes.budget
  budget_groups       = [local.name, "${local.name}-nodes"]
  targets = merge(
    {
      cluster = { kind = "cluster", id = module.cluster.id }
      vault   = { kind = "vault", id = module.keyvault.id }
    },
    { for name in keys(local.postgres_servers) : "postgres-${name}" => { kind = "postgres", id = module.postgres.ids[name] } },
    { for name in local.redis : name => { kind = "redis", id = one(module.redis[*].id) } },
  )
  tags = local.tags
}
