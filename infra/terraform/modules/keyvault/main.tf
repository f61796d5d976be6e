# Where the services' secrets are. What it holds is made by the module `secrets`, from an address that the vault lets in.
resource "azurerm_key_vault" "this" {
  name                          = "${var.name}-kv"
  resource_group_name           = var.resource_group_name
  location                      = var.location
  tenant_id                     = var.tenant_id
  sku_name                      = "standard"
  rbac_authorization_enabled    = true
  purge_protection_enabled      = true
  soft_delete_retention_days    = 90
  public_network_access_enabled = true
  tags                          = var.tags

  network_acls {
    bypass         = "AzureServices"
    default_action = length(var.authorised_ranges) > 0 ? "Deny" : "Allow"
    ip_rules       = var.authorised_ranges
  }
}

module "endpoint" {
  source = "../endpoint"

  name                = "${var.name}-vault"
  resource_group_name = var.resource_group_name
  location            = var.location
  subnet_id           = var.endpoints_subnet_id
  private_zone_id     = var.private_zone_id
  target_id           = azurerm_key_vault.this.id
  subresource         = "vault"
  tags                = var.tags
}

resource "azurerm_role_assignment" "readers" {
  for_each = var.readers

  scope                = azurerm_key_vault.this.id
  role_definition_name = "Key Vault Secrets User"
  principal_id         = each.value
  principal_type       = "ServicePrincipal"
  description          = "${each.key} reads secrets"
}
