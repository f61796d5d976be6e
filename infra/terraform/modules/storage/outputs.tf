output "accounts" {
  description = "Names of the accounts: media and backup."
  value       = { for key, account in azurerm_storage_account.this : key => account.name }
}
