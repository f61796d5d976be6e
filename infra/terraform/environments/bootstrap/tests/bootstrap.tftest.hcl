mock_provider "azurerm" {}

run "it_can_be_planned_from_the_settings" {
  command = plan

  assert {
    condition     = output.state_account == "${local.settings.name}tfstate"
    error_message = "backend.hcl names the same account."
  }
}
