# Azure Managed Redis: what Azure Cache for Redis became. In the network alone.
resource "azurerm_managed_redis" "this" {
  name                      = "${var.name}-redis"
  resource_group_name       = var.resource_group_name
  location                  = var.location
  sku_name                  = var.sku_name
  high_availability_enabled = var.high_availability
  public_network_access     = "Disabled"
  tags                      = var.tags

  default_database {
    # Celery and Django's cache use several keys in one command, so one endpoint that looks like a single server.
    clustering_policy                             = "EnterpriseCluster"
    client_protocol                               = "Encrypted"
    eviction_policy                               = "VolatileLRU"
    access_keys_authentication_enabled            = true
    persistence_append_only_file_backup_frequency = "1s"
  }
}

module "endpoint" {
  source = "../endpoint"

  name                = "${var.name}-redis"
  resource_group_name = var.resource_group_name
  location            = var.location
  subnet_id           = var.endpoints_subnet_id
  private_zone_id     = var.private_zone_id
  target_id           = azurerm_managed_redis.this.id
  subresource         = "redisEnterprise"
  tags                = var.tags
}

# The access key is the services' password. Azure makes it, so it is in the state, which only the pipeline reads.
resource "azurerm_key_vault_secret" "password" {
  for_each = toset(var.services)

  name         = "${each.key}-redis-password"
  key_vault_id = var.key_vault_id
  value        = azurerm_managed_redis.this.default_database[0].primary_access_key
  content_type = "text/plain"
}
