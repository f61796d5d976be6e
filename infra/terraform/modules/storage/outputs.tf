output "accounts" {
  description = "Names of the accounts: backup, and media where what is served is kept here."
  value       = { for key, account in azurerm_storage_account.this : key => account.name }
}
