output "id" {
  description = "The cluster."
  value       = azurerm_kubernetes_cluster.this.id
}

output "name" {
  description = "Name, for `az aks get-credentials`."
  value       = azurerm_kubernetes_cluster.this.name
}

output "issuer_url" {
  description = "Who signs the tokens of service accounts."
  value       = azurerm_kubernetes_cluster.this.oidc_issuer_url
}

output "kubelet_object_id" {
  description = "Object ID of the identity that pulls images."
  value       = azurerm_user_assigned_identity.kubelet.principal_id
}

output "kubelet_client_id" {
  description = "Client ID of the same identity: what a volume of blobs names when a node mounts it."
  value       = azurerm_user_assigned_identity.kubelet.client_id
}
