# The environment's zone. Its name servers are entered once at whoever holds the parent domain.
resource "azurerm_dns_zone" "this" {
  name                = var.domain
  resource_group_name = var.resource_group_name
  tags                = var.tags
}

resource "azurerm_dns_caa_record" "authority" {
  name                = "@"
  zone_name           = azurerm_dns_zone.this.name
  resource_group_name = var.resource_group_name
  ttl                 = 3600
  tags                = var.tags

  record {
    flags = 0
    tag   = "issue"
    value = "letsencrypt.org"
  }
}

# external-dns lists the zones of the resource group before it writes into one of them.
resource "azurerm_role_assignment" "listers" {
  for_each = var.writers

  scope                = var.resource_group_id
  role_definition_name = "Reader"
  principal_id         = each.value
  principal_type       = "ServicePrincipal"
  description          = "${each.key} lists zones"
}

resource "azurerm_role_assignment" "writers" {
  for_each = var.writers

  scope                = azurerm_dns_zone.this.id
  role_definition_name = "DNS Zone Contributor"
  principal_id         = each.value
  principal_type       = "ServicePrincipal"
  description          = "${each.key} writes records"
}
