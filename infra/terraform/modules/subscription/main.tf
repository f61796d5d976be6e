# What is switched on once for a subscription, by its Owner: encryption of nodes' disks at the host, and, when asked for,
# Defender's plans and assignments of Azure's own policies. Resource providers are registered by the provider's block.
resource "azurerm_resource_provider_feature_registration" "host_encryption" {
  name          = "EncryptionAtHost"
  provider_name = "Microsoft.Compute"
}

resource "azurerm_security_center_subscription_pricing" "this" {
  for_each = var.defender ? local.plans : {}

  tier          = "Standard"
  resource_type = each.key
  subplan       = each.value
}

resource "azurerm_subscription_policy_assignment" "this" {
  for_each = var.policies ? local.assignments : {}

  name                 = "${var.name}-${each.key}"
  display_name         = each.value.title
  subscription_id      = "/subscriptions/${var.subscription_id}"
  policy_definition_id = "/providers/Microsoft.Authorization/${each.value.kind}/${each.value.id}"
  parameters           = each.value.parameters
}

locals {
  plans = {
    Containers                    = null
    KeyVaults                     = "PerKeyVault"
    OpenSourceRelationalDatabases = null
    StorageAccounts               = "DefenderForStorageV2"
  }
  # Built in: the same IDs in every tenant. The first two report; the third refuses resources in other regions.
  assignments = {
    benchmark = {
      title      = "Microsoft cloud security benchmark"
      kind       = "policySetDefinitions"
      id         = "1f3afdf9-d0c9-4c3d-847f-89da613e70a8"
      parameters = null
    }
    pods = {
      title      = "Kubernetes: pod security baseline"
      kind       = "policySetDefinitions"
      id         = "a8640138-9b0a-4a28-b8cb-1666c838647d"
      parameters = null
    }
    locations = {
      title      = "Allowed locations"
      kind       = "policyDefinitions"
      id         = "e56962a6-4747-49cd-b67b-bf8b01975c4c"
      parameters = jsonencode({ listOfAllowedLocations = { value = var.locations } })
    }
  }
}
