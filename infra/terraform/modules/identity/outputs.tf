output "client_ids" {
  description = "Client IDs by name: what pods and workflows sign in as."
  value       = { for name, identity in azurerm_user_assigned_identity.this : name => identity.client_id }
}

output "principal_ids" {
  description = "Object IDs by name: what roles are given to."
  value       = { for name, identity in azurerm_user_assigned_identity.this : name => identity.principal_id }
}
