mock_provider "azurerm" {}
mock_provider "azurerm" {
  alias = "prod_registration"
}
mock_provider "azurerm" {
  alias = "dev_registration"
}

run "it_can_be_planned_from_the_settings" {
  command = plan

  assert {
    condition     = output.state_account == "${local.settings.name}tfstate"
    error_message = "backend.hcl names the same account."
  }

  assert {
    condition     = length(azurerm_role_assignment.pipelines) == 4 && length(azurerm_role_assignment.people) == 4 && alltrue([for given in azurerm_role_assignment.plan : !contains(["Owner", "Contributor"], given.role_definition_name)])
    error_message = "People and pipelines write secrets and run the cluster; a plan changes nothing."
  }
}

run "pipelines_give_roles_of_a_list_to_identities" {
  command = plan

  assert {
    condition     = alltrue([for given in azurerm_role_assignment.apply : given.role_definition_name == "Contributor"]) && alltrue([for given in azurerm_role_assignment.grant : strcontains(given.condition, "7f951dda-4ed3-4680-a7ca-43fe172d538d") && !strcontains(given.condition, "8e3af657-a8ff-443c-a75c-2fe8c4bcb635")])
    error_message = "AcrPull is on the list, Owner is not."
  }
}
