output "state_account" {
  description = "Account that holds the states; `make settings` derives the same name."
  value       = module.state.account
}

output "client_ids" {
  description = "AZURE_CLIENT_ID of the GitHub environments: dev, dev-plan, prod, prod-plan."
  value       = module.identity.client_ids
}
