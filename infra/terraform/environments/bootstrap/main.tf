# Run once by an Owner, before the environments: what is switched on for the subscriptions, where Terraform remembers, who it
# is when GitHub runs it, and what that may do. Its own state begins where it is run and then moves into the account that it
# makes (scripts/azure/bootstrap.sh).
locals {
  name         = local.settings.name
  repository   = "repo:${local.settings.github.owner}@${local.settings.github.owner_id}/${local.settings.github.repository}@${local.settings.github.repository_id}"
  inside_roles = ["Key Vault Secrets Officer", "Azure Kubernetes Service RBAC Cluster Admin"]
  # The second shows the API server's address. No role reads secrets.
  plan_roles = ["Reader", "Azure Kubernetes Service Cluster User Role"]
  # The roles that an environment's Terraform gives to its own identities: the same IDs in every tenant.
  grantable_roles = {
    "AcrPull"                       = "7f951dda-4ed3-4680-a7ca-43fe172d538d"
    "DNS Zone Contributor"          = "befefa01-2a29-4197-83a8-272ff33ce314"
    "Key Vault Secrets User"        = "4633458b-17de-408a-b874-0445c86b69e6"
    "Managed Identity Operator"     = "f1a07417-d97a-45cb-824c-7a7467783830"
    "Monitoring Data Reader"        = "b0d8363b-8ddd-447d-831f-62ca05bff136"
    "Network Contributor"           = "4d97b98b-1d4f-4787-a291-c67834d212e7"
    "Reader"                        = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
    "Storage Blob Data Contributor" = "ba92f5b4-2d11-453d-a403-e96b0029c9fe"
    "Storage Blob Delegator"        = "db58b8e5-c6ad-4a2a-8342-4190687cbf4a"
  }
  grantable = join(", ", values(local.grantable_roles))
  tags      = { application = "streamcart", environment = "all", owner = local.settings.contact, managed-by = "terraform" }
}

resource "azurerm_resource_group" "this" {
  name     = "${local.name}-terraform"
  location = local.settings.location
  tags     = local.tags
}

module "regions" {
  source = "../../modules/regions"

  location = local.settings.location
}

# The two environments may share a subscription, which then is prepared once.
module "production_subscription" {
  source = "../../modules/subscription"

  name            = local.name
  subscription_id = local.settings.environments["prod"].subscription_id
  defender        = local.settings.security.defender
  policies        = local.settings.security.policies
  locations       = compact([local.settings.location, module.regions.pair])

  providers = { azurerm = azurerm.prod_registration }
}

module "development_subscription" {
  source = "../../modules/subscription"
  count  = local.settings.environments["dev"].subscription_id == local.settings.environments["prod"].subscription_id ? 0 : 1

  name            = local.name
  subscription_id = local.settings.environments["dev"].subscription_id
  defender        = local.settings.security.defender
  policies        = local.settings.security.policies
  locations       = compact([local.settings.location, module.regions.pair])

  providers = { azurerm = azurerm.dev_registration }
}

# One identity per environment. A workflow becomes it only in the GitHub environment of that name, which needs an approval.
module "identity" {
  source = "../../modules/identity"

  name                = "${local.name}-terraform"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  identities = merge(
    { for name in keys(local.settings.environments) : name => {
      issuer   = "https://token.actions.githubusercontent.com"
      subjects = ["${local.repository}:environment:${name}"]
    } },
    { for name in keys(local.settings.environments) : "${name}-plan" => {
      issuer   = "https://token.actions.githubusercontent.com"
      subjects = ["${local.repository}:environment:${name}-plan"]
    } },
    { images = {
      issuer   = "https://token.actions.githubusercontent.com"
      subjects = ["${local.repository}:ref:refs/heads/main"]
    } },
  )
  tags = local.tags
}

module "state" {
  source = "../../modules/state"

  name                = local.name
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  writers             = { for name in keys(local.settings.environments) : name => module.identity.principal_ids[name] }
  readers             = { for name in keys(local.settings.environments) : name => module.identity.principal_ids["${name}-plan"] }

  administrators_group_id = local.settings.azure.administrators_group_id

  tags = local.tags
}

# One for all environments: what is promoted is the same image, digest and all.
module "registry" {
  source = "../../modules/registry"

  name                = "${local.name}-images"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  sku                 = "Standard"
  pushers             = { images = module.identity.principal_ids["images"] }
  granters            = { for name in keys(local.settings.environments) : name => module.identity.principal_ids[name] }
  readers             = { for name in keys(local.settings.environments) : name => module.identity.principal_ids["${name}-plan"] }
  tags                = local.tags
}

module "logs" {
  source = "../../modules/logs"

  name                = "${local.name}-terraform"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  targets = {
    registry = { id = module.registry.id, categories = ["ContainerRegistryLoginEvents", "ContainerRegistryRepositoryEvents"] }
    state    = { id = "${module.state.account_id}/blobServices/default", categories = ["StorageRead", "StorageWrite", "StorageDelete"] }
  }
  tags = local.tags
}

# It makes everything of an environment but roles…
resource "azurerm_role_assignment" "apply" {
  for_each = local.settings.environments

  scope                = "/subscriptions/${each.value.subscription_id}"
  role_definition_name = "Contributor"
  principal_id         = module.identity.principal_ids[each.key]
  principal_type       = "ServicePrincipal"
  description          = "Terraform applies ${each.key}"
}

# … and of roles it gives those of the list, to identities alone: it can make nobody an Owner, itself least of all.
resource "azurerm_role_assignment" "grant" {
  for_each = local.settings.environments

  scope                = "/subscriptions/${each.value.subscription_id}"
  role_definition_name = "Role Based Access Control Administrator"
  principal_id         = module.identity.principal_ids[each.key]
  principal_type       = "ServicePrincipal"
  description          = "Terraform of ${each.key} gives the roles that its identities need"
  condition_version    = "2.0"
  condition            = <<-EOT
    (
      (!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'})) OR
      (
        @Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {${local.grantable}} AND
        @Request[Microsoft.Authorization/roleAssignments:PrincipalType] ForAnyOfAnyValues:StringEqualsIgnoreCase {'ServicePrincipal'}
      )
    ) AND (
      (!(ActionMatches{'Microsoft.Authorization/roleAssignments/delete'})) OR
      (
        @Resource[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {${local.grantable}} AND
        @Resource[Microsoft.Authorization/roleAssignments:PrincipalType] ForAnyOfAnyValues:StringEqualsIgnoreCase {'ServicePrincipal'}
      )
    )
  EOT
}

# What happens inside of what it makes: secrets and the cluster's objects. People of the administrators' group may as well. Given
# here, once, so that it is known everywhere when an environment needs it, and the same whoever applies.
resource "azurerm_role_assignment" "pipelines" {
  for_each = {
    for pair in setproduct(keys(local.settings.environments), local.inside_roles) : join(" ", pair) => { environment = pair[0], role = pair[1] }
  }

  scope                = "/subscriptions/${local.settings.environments[each.value.environment].subscription_id}"
  role_definition_name = each.value.role
  principal_id         = module.identity.principal_ids[each.value.environment]
  principal_type       = "ServicePrincipal"
  description          = "The pipeline of ${each.value.environment}"
}

resource "azurerm_role_assignment" "people" {
  # By subscription: two environments may share one.
  for_each = {
    for pair in setproduct(distinct([for its in local.settings.environments : its.subscription_id]), local.inside_roles) :
    join(" ", pair) => { subscription = pair[0], role = pair[1] }
  }

  scope                = "/subscriptions/${each.value.subscription}"
  role_definition_name = each.value.role
  principal_id         = local.settings.azure.administrators_group_id
  principal_type       = "Group"
  description          = "Administrators"
}

# A plan changes nothing and reads no secret: the vault's contents and the cluster's are another root's, environments/data-plane.
resource "azurerm_role_assignment" "plan" {
  for_each = {
    for pair in setproduct(keys(local.settings.environments), local.plan_roles) : join(" ", pair) => { environment = pair[0], role = pair[1] }
  }

  scope                = "/subscriptions/${local.settings.environments[each.value.environment].subscription_id}"
  role_definition_name = each.value.role
  principal_id         = module.identity.principal_ids["${each.value.environment}-plan"]
  principal_type       = "ServicePrincipal"
  description          = "Terraform plans ${each.value.environment}"
}
