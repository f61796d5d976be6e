# Run once by a person, before the environments: where Terraform remembers, and who it is when GitHub runs it. Its own
# small state stays where it was run; every resource can be imported again by its name.
locals {
  name         = local.settings.name
  repository   = "repo:${local.settings.github.owner}@${local.settings.github.owner_id}/${local.settings.github.repository}@${local.settings.github.repository_id}"
  inside_roles = ["Key Vault Secrets Officer", "Azure Kubernetes Service RBAC Cluster Admin"]
  plan_roles   = ["Reader", "Key Vault Secrets User", "Azure Kubernetes Service Cluster User Role"]
  tags         = { application = "streamcart", environment = "all", owner = local.settings.contact, managed-by = "terraform" }
}

resource "azurerm_resource_group" "this" {
  name     = "${local.name}-terraform"
  location = local.settings.location
  tags     = local.tags
}

# One identity per environment. A workflow becomes it only in the GitHub environment of that name, which a person approves.
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
  tags                = local.tags
}

# It makes everything of an environment, roles included.
resource "azurerm_role_assignment" "apply" {
  for_each = local.settings.environments

  scope                = "/subscriptions/${each.value.subscription_id}"
  role_definition_name = "Owner"
  principal_id         = module.identity.principal_ids[each.key]
  principal_type       = "ServicePrincipal"
  description          = "Terraform applies ${each.key}"
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

# A plan changes nothing, but it reads what it compares, the vault's secrets too: its GitHub environment asks a reviewer.
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
