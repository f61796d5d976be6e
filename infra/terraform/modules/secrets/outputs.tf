output "names" {
  description = "Names of what was made."
  value       = toset([for secret in concat(values(azurerm_key_vault_secret.generated), values(azurerm_key_vault_secret.keys)) : secret.name])
}
