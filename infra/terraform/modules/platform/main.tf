# Everything that one environment stands on. dev and prod differ in sizes alone.
locals {
  name = "${var.settings.name}-${var.environment}"
  its  = var.settings.environments[var.environment]
  # A server keeps its number, and with it its addresses, for ever: new services are added at the end of the list.
  postgres_servers = !var.managed_data ? {} : var.sizes.postgres_shared ? { shared = 15 } : { for number, service in var.data_services : service => number }
  tags = {
    application = "streamcart"
    environment = var.environment
    owner       = var.settings.contact
    managed-by  = "terraform"
  }
}

resource "azurerm_resource_group" "this" {
  name     = local.name
  location = var.settings.location
  tags     = local.tags
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
  generated           = var.managed_data ? var.secrets.generated : setunion(var.secrets.generated, local.passwords)
  generated_keys      = var.secrets.keys
  tags                = local.tags
}

locals {
  # What runs in the cluster asks for passwords; Azure's own PostgreSQL and Redis know identities instead.
  passwords = concat(
    [for service in var.data_services : "${service}-database-password"],
    [for service in concat(var.data_services, ["ui"]) : "${service}-redis-password"],
  )
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
  count  = var.managed_data ? 1 : 0

  name                 = local.name
  resource_group_name  = azurerm_resource_group.this.name
  location             = azurerm_resource_group.this.location
  tenant_id            = var.settings.azure.tenant_id
  subnets              = module.network.postgres_subnets
  sku_name             = var.sizes.postgres
  high_availability    = var.sizes.postgres_standby
  geo_redundant_backup = true
  private_zone_id      = module.network.private_zone_ids["postgres"]
  administrators = {
    "${local.name}-database-administrator"    = { object_id = module.identity.principal_ids["database-administrator"], type = "ServicePrincipal" }
    (var.settings.azure.administrators_group) = { object_id = var.settings.azure.administrators_group_id, type = "Group" }
  }
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

module "storage" {
  source = "../storage"
  count  = var.managed_data ? 1 : 0

  name                = local.name
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  endpoints_subnet_id = module.network.endpoints_subnet_id
  private_zone_id     = module.network.private_zone_ids["blob"]
  media_writers       = { for service in ["catalog", "video"] : service => module.identity.principal_ids[service] }
  mounter             = module.cluster.kubelet_object_id
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
