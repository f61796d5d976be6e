mock_provider "azurerm" {}

run "it_can_be_planned_from_the_settings" {
  command = plan

  assert {
    condition     = output.values.environment == "dev" && output.values.host == local.settings.environments["dev"].host
    error_message = "The environment is made from infra/settings.yaml."
  }
}
