output "secrets" {
  description = "Names of the generated secrets; every other one is entered by hand."
  value       = module.secrets.names
}

output "argocd_namespace" {
  description = "Where Argo CD runs."
  value       = module.argocd.namespace
}
