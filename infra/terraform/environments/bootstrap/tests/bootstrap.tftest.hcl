mock_provider "azurerm" {}

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
