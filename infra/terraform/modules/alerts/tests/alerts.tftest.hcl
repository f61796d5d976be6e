mock_provider "azurerm" {}

variables {
  name                = "streamcart-dev"
  resource_group_name = "streamcart-dev"
  contact             = "platform@streamcart.example"
  subscription_id     = "00000000-0000-0000-0000-000000000020"
  budget              = 400
  budget_groups       = ["streamcart-dev", "streamcart-dev-nodes"]
  targets = {
    cluster = { kind = "cluster", id = "/subscriptions/00000000-0000-0000-0000-000000000020/resourceGroups/streamcart-dev/providers/Microsoft.ContainerService/managedClusters/c" }
    auth    = { kind = "postgres", id = "/subscriptions/00000000-0000-0000-0000-000000000020/resourceGroups/streamcart-dev/providers/Microsoft.DBforPostgreSQL/flexibleServers/a" }
  }
}

run "every_target_is_watched_and_somebody_is_notified" {
  command = plan

  assert {
    condition     = length(azurerm_monitor_metric_alert.this) == 6 && azurerm_monitor_metric_alert.this["auth alive"].severity == 0
    error_message = "Three rules for the cluster, three for the server."
  }

  assert {
    condition     = anytrue([for receiver in azurerm_monitor_action_group.people.email_receiver : receiver.email_address == var.contact])
    error_message = "An alert that nobody gets is none."
  }
}

run "costs_are_watched_with_the_nodes" {
  command = plan

  assert {
    condition     = length(azurerm_consumption_budget_subscription.this.notification) == 3 && contains(one(one(azurerm_consumption_budget_subscription.this.filter).dimension).values, "streamcart-dev-nodes")
    error_message = "Nodes are most of it."
  }
}

run "an_unknown_kind_is_refused" {
  command = plan

  variables {
    targets = { queue = { kind = "queue", id = "/subscriptions/s" } }
  }

  expect_failures = [var.targets]
}

run "a_budget_of_nothing_is_refused" {
  command = plan

  variables {
    budget = 0
  }

  expect_failures = [var.budget]
}
