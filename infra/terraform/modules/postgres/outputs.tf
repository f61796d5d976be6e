output "hosts" {
  description = "Host name of each service's server."
  value       = { for name, pair in local.databases : name => azurerm_postgresql_flexible_server.this[pair.server].fqdn }
}
