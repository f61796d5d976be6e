# Azure Managed Redis, in the network alone. Each service signs in as its own identity; there are no access keys.
resource "azurerm_managed_redis" "this" {
  name                      = "${var.name}-redis"
  resource_group_name       = var.resource_group_name
  location                  = var.location
  sku_name                  = var.sku_name
  high_availability_enabled = var.high_availability
  public_network_access     = "Disabled"
  tags                      = var.tags

  default_database {
    # Celery and Django's cache use several keys in one command, which both clustered policies refuse when the keys lie in
    # different slots (CROSSSLOT). One shard holds up to 25 GB.
    clustering_policy                             = "NoCluster"
    client_protocol                               = "Encrypted"
    eviction_policy                               = "VolatileLRU"
    access_keys_authentication_enabled            = false
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

# Azure refuses two assignments at the same time, and the provider does not hold them apart: one after the other.
resource "azurerm_managed_redis_access_policy_assignment" "auth" {
  managed_redis_id = azurerm_managed_redis.this.id
  object_id        = var.principals.auth
}

resource "azurerm_managed_redis_access_policy_assignment" "catalog" {
  managed_redis_id = azurerm_managed_redis.this.id
  object_id        = var.principals.catalog

  depends_on = [azurerm_managed_redis_access_policy_assignment.auth]
}

resource "azurerm_managed_redis_access_policy_assignment" "payment" {
  managed_redis_id = azurerm_managed_redis.this.id
  object_id        = var.principals.payment

  depends_on = [azurerm_managed_redis_access_policy_assignment.catalog]
}

resource "azurerm_managed_redis_access_policy_assignment" "ui" {
  managed_redis_id = azurerm_managed_redis.this.id
  object_id        = var.principals.ui

  depends_on = [azurerm_managed_redis_access_policy_assignment.payment]
}

resource "azurerm_managed_redis_access_policy_assignment" "video" {
  managed_redis_id = azurerm_managed_redis.this.id
  object_id        = var.principals.video

  depends_on = [azurerm_managed_redis_access_policy_assignment.ui]
}
