output "name_servers" {
  description = "Enter these as NS records at the parent domain."
  value       = azurerm_dns_zone.this.name_servers
}
