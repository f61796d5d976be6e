mock_provider "azurerm" {}

variables {
  name                = "streamcart-dev"
  resource_group_name = "streamcart-dev"
  location            = "westeurope"
  cluster_id          = "/subscriptions/00000000-0000-0000-0000-000000000020/resourceGroups/streamcart-dev/providers/Microsoft.ContainerService/managedClusters/c"
}

run "none_makes_nothing" {
  command = plan

  assert {
    condition     = length(azurerm_monitor_workspace.this) == 0 && output.grafana_url == ""
    error_message = "The cluster watches itself."
  }
}

run "managed_watches_the_cluster" {
  command = plan

  variables {
    kind = "managed"
  }

  assert {
    condition     = length(azurerm_monitor_data_collection_rule_association.cluster) == 1 && azurerm_role_assignment.grafana_reads[0].role_definition_name == "Monitoring Data Reader"
    error_message = "Metrics flow from the cluster into the dashboards."
  }
}

run "an_unknown_kind_is_refused" {
  command = plan

  variables {
    kind = "datadog"
  }

  expect_failures = [var.kind]
}
