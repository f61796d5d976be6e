mock_provider "azurerm" {}

variables {
  name                = "streamcart-dev"
  resource_group_name = "streamcart-dev"
  location            = "westeurope"
  targets = {
    vault = {
      id         = "/subscriptions/00000000-0000-0000-0000-000000000020/resourceGroups/streamcart-dev/providers/Microsoft.KeyVault/vaults/v"
      categories = ["AuditEvent"]
    }
  }
}

run "every_target_is_logged" {
  command = plan

  assert {
    condition     = azurerm_monitor_diagnostic_setting.this["vault"].target_resource_id == var.targets["vault"].id && contains([for log in azurerm_monitor_diagnostic_setting.this["vault"].enabled_log : log.category], "AuditEvent")
    error_message = "Whoever reads a secret leaves a line."
  }

  assert {
    condition     = azurerm_log_analytics_workspace.this.local_authentication_enabled == false && azurerm_log_analytics_workspace.this.daily_quota_gb == 5
    error_message = "No key, and a limit of a day's costs."
  }
}

run "a_target_without_logs_is_refused" {
  command = plan

  variables {
    targets = { vault = { id = "/subscriptions/s", categories = [] } }
  }

  expect_failures = [var.targets]
}

run "a_short_retention_is_refused" {
  command = plan

  variables {
    retention_days = 7
  }

  expect_failures = [var.retention_days]
}
