# Images. Nobody has a password: nodes and workflows sign in as themselves.
resource "azurerm_container_registry" "this" {
  name                          = replace(var.name, "-", "")
  resource_group_name           = var.resource_group_name
  location                      = var.location
  sku                           = var.sku
  admin_enabled                 = false
  anonymous_pull_enabled        = false
  data_endpoint_enabled         = var.sku == "Premium"
  zone_redundancy_enabled       = var.sku == "Premium"
  retention_policy_in_days      = var.sku == "Premium" ? 30 : null
  public_network_access_enabled = true
  tags                          = var.tags
}

# Nodes pull inside the network; pushes come from GitHub's machines, whose addresses nobody knows beforehand.
resource "azurerm_private_endpoint" "this" {
  count = var.sku == "Premium" ? 1 : 0

  name                = "${var.name}-registry"
  resource_group_name = var.resource_group_name
  location            = var.location
  subnet_id           = var.endpoints_subnet_id
  tags                = var.tags

  private_service_connection {
    name                           = "registry"
    private_connection_resource_id = azurerm_container_registry.this.id
    subresource_names              = ["registry"]
    is_manual_connection           = false
  }

  private_dns_zone_group {
    name                 = "registry"
    private_dns_zone_ids = [var.private_zone_id]
  }
}

resource "azurerm_role_assignment" "pull" {
  for_each = var.pullers

  scope                = azurerm_container_registry.this.id
  role_definition_name = "AcrPull"
  principal_id         = each.value
  principal_type       = "ServicePrincipal"
  description          = "${each.key} pulls images"
}

resource "azurerm_role_assignment" "push" {
  for_each = var.pushers

  scope                = azurerm_container_registry.this.id
  role_definition_name = "AcrPush"
  principal_id         = each.value
  principal_type       = "ServicePrincipal"
  description          = "${each.key} pushes images"
}
