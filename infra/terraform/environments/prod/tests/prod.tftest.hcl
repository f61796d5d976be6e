mock_provider "azurerm" {}

run "it_can_be_planned_from_the_settings" {
  command = plan

  assert {
    condition     = output.values.environment == "prod" && output.values.host == local.settings.environments["prod"].host
    error_message = "The environment is made from infra/settings.yaml."
  }
}
