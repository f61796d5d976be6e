output "address" {
  description = "Its address in the network."
  value       = azurerm_private_endpoint.this.private_service_connection[0].private_ip_address
}
