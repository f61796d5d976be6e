output "grafana_url" {
  description = "Where the dashboards are; empty when Azure does not manage them."
  value       = one(azurerm_dashboard_grafana.this[*].endpoint) == null ? "" : one(azurerm_dashboard_grafana.this[*].endpoint)
}
