# Images. Nobody has a password: nodes and workflows sign in as themselves.
resource "azurerm_container_registry" "this" {
  name                          = replace(var.name, "-", "")
  resource_group_name           = var.resource_group_name
  location                      = var.location
  sku                           = var.sku
  admin_enabled                 = false
  anonymous_pull_enabled        = false
  data_endpoint_enabled         = var.sku == "Premium"
  zone_redundancy_enabled       = var.sku == "Premium"
  retention_policy_in_days      = var.sku == "Premium" ? 30 : null
  public_network_access_enabled = true
  tags                          = var.tags

  lifecycle {
    precondition {
      condition     = var.endpoints_subnet_id == null || var.sku == "Premium"
      error_message = "A registry has a private endpoint with Premium only."
    }
  }
}

# Each commit leaves five images. Tags that are commits go when they are old, but never the newest ones; so do manifests that
# no tag, index or signature holds.
resource "azurerm_container_registry_task" "purge" {
  count = var.purge ? 1 : 0

  name                  = "purge"
  container_registry_id = azurerm_container_registry.this.id
  timeout_in_seconds    = 3600
  tags                  = var.tags

  platform {
    os = "Linux"
  }

  encoded_step {
    task_content = base64encode(yamlencode({
      version = "v1.1.0"
      steps = [{
        cmd                             = "acr purge --filter '.*:^[0-9a-f]{7,40}$' --ago ${var.purge_after_days}d --keep ${var.purge_keep} --untagged"
        disableWorkingDirectoryOverride = true
        timeout                         = 3600
      }]
    }))
  }

  registry_credential {
    source {
      login_mode = "Default"
    }
  }

  timer_trigger {
    name     = "weekly"
    schedule = "0 3 * * 0"
  }
}

# Nodes pull inside the network; pushes come from GitHub's machines, whose addresses nobody knows beforehand.
module "endpoint" {
  source = "../endpoint"
  count  = var.endpoints_subnet_id == null ? 0 : 1

  name                = "${var.name}-registry"
  resource_group_name = var.resource_group_name
  location            = var.location
  subnet_id           = var.endpoints_subnet_id
  private_zone_id     = var.private_zone_id
  target_id           = azurerm_container_registry.this.id
  subresource         = "registry"
  tags                = var.tags
}

# Each environment's Terraform lets its own nodes pull, and no person: 7f951dda-… is AcrPull, the same in every tenant.
resource "azurerm_role_assignment" "grant" {
  for_each = var.granters

  scope                = azurerm_container_registry.this.id
  role_definition_name = "Role Based Access Control Administrator"
  principal_id         = each.value
  principal_type       = "ServicePrincipal"
  description          = "${each.key} lets its nodes pull images"
  condition_version    = "2.0"
  condition            = <<-EOT
    (
      (!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'})) OR
      (
        @Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {7f951dda-4ed3-4680-a7ca-43fe172d538d} AND
        @Request[Microsoft.Authorization/roleAssignments:PrincipalType] ForAnyOfAnyValues:StringEqualsIgnoreCase {'ServicePrincipal'}
      )
    ) AND (
      (!(ActionMatches{'Microsoft.Authorization/roleAssignments/delete'})) OR
      (
        @Resource[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {7f951dda-4ed3-4680-a7ca-43fe172d538d} AND
        @Resource[Microsoft.Authorization/roleAssignments:PrincipalType] ForAnyOfAnyValues:StringEqualsIgnoreCase {'ServicePrincipal'}
      )
    )
  EOT
}

# The registry may be in another subscription than the environment whose plan compares the role above.
resource "azurerm_role_assignment" "readers" {
  for_each = var.readers

  scope                = azurerm_container_registry.this.id
  role_definition_name = "Reader"
  principal_id         = each.value
  principal_type       = "ServicePrincipal"
  description          = "Plans of ${each.key} compare who pulls"
}

resource "azurerm_role_assignment" "push" {
  for_each = var.pushers

  scope                = azurerm_container_registry.this.id
  role_definition_name = "AcrPush"
  principal_id         = each.value
  principal_type       = "ServicePrincipal"
  description          = "${each.key} pushes images"
}
