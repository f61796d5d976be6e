output "host" {
  description = "Host name; the port is 10000."
  value       = azurerm_managed_redis.this.hostname
}

output "database_id" {
  description = "Its only database: what logs who connects."
  value       = "${azurerm_managed_redis.this.id}/databases/default"
}

output "id" {
  description = "The instance."
  value       = azurerm_managed_redis.this.id
}
