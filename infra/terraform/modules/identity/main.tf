# Identities without passwords: whoever signs the token that is shown (the cluster, GitHub) is trusted for one subject.
resource "azurerm_user_assigned_identity" "this" {
  for_each = var.identities

  name                = "${var.name}-${each.key}"
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags
}

resource "azurerm_federated_identity_credential" "this" {
  for_each = {
    for entry in flatten([
      for name, identity in var.identities : [
        for index, subject in identity.subjects : { key = "${name}-${index}", name = name, subject = subject, issuer = identity.issuer }
      ]
    ]) : entry.key => entry
  }

  name                      = each.key
  user_assigned_identity_id = azurerm_user_assigned_identity.this[each.value.name].id
  audience                  = ["api://AzureADTokenExchange"]
  issuer                    = each.value.issuer
  subject                   = each.value.subject
}
