output "id" {
  description = "The virtual network."
  value       = azurerm_virtual_network.this.id
}

output "nodes_subnet_id" {
  description = "Subnet of the cluster's nodes."
  value       = azurerm_subnet.nodes.id
  # A cluster that goes out by the gateway cannot be made before the gateway is there.
  depends_on = [azurerm_subnet_nat_gateway_association.nodes, azurerm_nat_gateway_public_ip_association.out]
}

output "endpoints_subnet_id" {
  description = "Subnet of private endpoints."
  value       = azurerm_subnet.endpoints.id
}

output "endpoints_cidr" {
  description = "Addresses of private endpoints: Redis, the vault and storage accounts."
  value       = azurerm_subnet.endpoints.address_prefixes[0]
}

output "postgres_subnets" {
  description = "Delegated subnet of each PostgreSQL server: its ID and its addresses."
  value       = { for name, subnet in azurerm_subnet.postgres : name => { id = subnet.id, cidr = subnet.address_prefixes[0] } }
}

output "private_zone_ids" {
  description = "Private DNS zones: blob, postgres, redis, vault."
  value       = { for key, zone in azurerm_private_dns_zone.this : key => zone.id }
  # PostgreSQL asks for the link when it is made.
  depends_on = [azurerm_private_dns_zone_virtual_network_link.this]
}

output "outbound_address" {
  description = "The one address that the cluster's calls come from, for other people's allow lists."
  value       = azurerm_public_ip.out.ip_address
}
