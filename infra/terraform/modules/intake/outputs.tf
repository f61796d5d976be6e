output "account" {
  description = "Name of the account."
  value       = azurerm_storage_account.uploads.name
}
