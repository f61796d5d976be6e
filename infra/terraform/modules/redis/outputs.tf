output "host" {
  description = "Host name; the port is 10000."
  value       = azurerm_managed_redis.this.hostname
}

output "id" {
  description = "The instance."
  value       = azurerm_managed_redis.this.id
}
