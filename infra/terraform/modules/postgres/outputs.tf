output "servers" {
  description = "Host name and addresses of each server."
  value       = { for name, server in azurerm_postgresql_flexible_server.this : name => { host = server.fqdn, cidr = var.subnets[name].cidr } }
}

output "ids" {
  description = "Servers by name."
  value       = { for name, server in azurerm_postgresql_flexible_server.this : name => server.id }
}
