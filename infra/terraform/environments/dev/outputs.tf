output "values" {
  description = "What the chart's values and the add-ons need."
  value       = module.platform.values
}

output "name_servers" {
  description = "NS records of the host."
  value       = module.platform.name_servers
}

output "outbound_address" {
  description = "The address that the cluster's calls come from."
  value       = module.platform.outbound_address
}

output "grafana_url" {
  description = "Dashboards, where Azure runs them."
  value       = module.platform.grafana_url
}
