output "account_id" {
  description = "The account."
  value       = azurerm_storage_account.this.id
}

output "account" {
  description = "Name of the account."
  value       = azurerm_storage_account.this.name
}
