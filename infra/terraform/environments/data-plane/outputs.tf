output "secrets" {
  description = "Names of the secrets that were made up; every other one is entered by a person."
  value       = module.secrets.names
}

output "argocd_namespace" {
  description = "Where Argo CD runs."
  value       = module.argocd.namespace
}
