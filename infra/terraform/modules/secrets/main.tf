# The services' secrets. Values are made here once and go into the vault without ever being in the state: ephemeral, made
# at every run, and used by the first alone. Whoever runs it may write secrets in the subscription (environments/bootstrap).
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
  key_vault_id     = var.key_vault_id
  value_wo         = ephemeral.random_password.generated[each.key].result
  value_wo_version = 1
  content_type     = "text/plain"
}

resource "azurerm_key_vault_secret" "keys" {
  for_each = var.generated_keys

  name             = each.key
  key_vault_id     = var.key_vault_id
  value_wo         = base64encode(ephemeral.random_password.keys[each.key].result)
  value_wo_version = 1
  content_type     = "application/base64"
}
