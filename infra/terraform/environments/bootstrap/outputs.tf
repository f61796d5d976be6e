output "state_account" {
  description = "Account that holds the states; `make settings` derives the same name."
  value       = module.state.account
}

output "client_ids" {
  description = "AZURE_CLIENT_ID of the GitHub environments dev, dev-plan, prod and prod-plan."
  value       = module.identity.client_ids
}

output "github_variables" {
  description = "Variables of the repository on GitHub that let its workflows push images."
  value = {
    REGISTRY              = module.registry.login_server
    AZURE_CLIENT_ID       = module.identity.client_ids["images"]
    AZURE_TENANT_ID       = local.settings.azure.tenant_id
    AZURE_SUBSCRIPTION_ID = local.settings.environments["prod"].subscription_id
  }
}
