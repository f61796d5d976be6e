# The services' secrets. Values are made here once and go into the vault without ever being in the state.
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

# Who runs Terraform may write secrets in the whole subscription (environments/bootstrap): a role given here would not be
# known everywhere yet when the next line needs it. Ephemeral: made anew at every run, and used by the first alone.
ephemeral "random_password" "generated" {
  for_each = var.generated

  length  = 48
  special = false
}

# 32 bytes, as what encrypts needs them (Fernet, AES-256).
ephemeral "random_password" "keys" {
  for_each = var.generated_keys

  length  = 32
  special = false
}

resource "azurerm_key_vault_secret" "generated" {
  for_each = var.generated

  name             = each.key
  key_vault_id     = azurerm_key_vault.this.id
  value_wo         = ephemeral.random_password.generated[each.key].result
  value_wo_version = 1
  content_type     = "text/plain"
}

resource "azurerm_key_vault_secret" "keys" {
  for_each = var.generated_keys

  name             = each.key
  key_vault_id     = azurerm_key_vault.this.id
  value_wo         = base64encode(ephemeral.random_password.keys[each.key].result)
  value_wo_version = 1
  content_type     = "application/base64"
}
