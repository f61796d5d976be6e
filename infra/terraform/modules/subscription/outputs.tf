output "host_encryption" {
  description = "The registration of encryption at the host: without it no node pool can be made."
  value       = azurerm_resource_provider_feature_registration.host_encryption.id
}
