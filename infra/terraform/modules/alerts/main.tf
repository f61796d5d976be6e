# What Azure itself notifies people of, also when the cluster and its own alerts are down; and what all of it costs.
resource "azurerm_monitor_action_group" "people" {
  name                = "${var.name}-people"
  resource_group_name = var.resource_group_name
  short_name          = substr(replace(var.name, "-", ""), 0, 12)
  tags                = var.tags

  email_receiver {
    name                    = "contact"
    email_address           = var.contact
    use_common_alert_schema = true
  }
}

resource "azurerm_monitor_metric_alert" "this" {
  for_each = merge([
    for name, target in var.targets : {
      for rule, its in local.rules[target.kind] : "${name} ${rule}" => merge(its, { id = target.id, namespace = local.namespaces[target.kind] })
    }
  ]...)

  name                = "${var.name} ${each.key}"
  resource_group_name = var.resource_group_name
  scopes              = [each.value.id]
  description         = each.value.description
  severity            = each.value.severity
  frequency           = "PT5M"
  window_size         = "PT15M"
  tags                = var.tags

  criteria {
    metric_namespace = each.value.namespace
    metric_name      = each.value.metric
    aggregation      = each.value.aggregation
    operator         = each.value.operator
    threshold        = each.value.threshold
  }

  action {
    action_group_id = azurerm_monitor_action_group.people.id
  }
}

# Nodes are in a resource group that AKS makes, so the budget covers groups by their names.
resource "azurerm_consumption_budget_subscription" "this" {
  name            = var.name
  subscription_id = "/subscriptions/${var.subscription_id}"
  amount          = var.budget
  time_grain      = "Monthly"

  time_period {
    start_date = formatdate("YYYY-MM-01'T'00:00:00'Z'", plantimestamp())
  }

  filter {
    dimension {
      name   = "ResourceGroupName"
      values = var.budget_groups
    }
  }

  dynamic "notification" {
    for_each = [{ type = "Actual", percent = 80 }, { type = "Actual", percent = 100 }, { type = "Forecasted", percent = 120 }]

    content {
      threshold_type = notification.value.type
      operator       = "GreaterThanOrEqualTo"
      threshold      = notification.value.percent
      contact_emails = [var.contact]
    }
  }

  lifecycle {
    # The first month of the first plan; Azure does not let a past start be moved.
    ignore_changes = [time_period]
  }
}

locals {
  namespaces = {
    cluster  = "Microsoft.ContainerService/managedClusters"
    postgres = "Microsoft.DBforPostgreSQL/flexibleServers"
    redis    = "Microsoft.Cache/redisEnterprise"
    vault    = "Microsoft.KeyVault/vaults"
  }
  rules = {
    cluster = {
      cpu    = { metric = "node_cpu_usage_percentage", aggregation = "Average", operator = "GreaterThan", threshold = 90, severity = 2, description = "Nodes have no processor time left." }
      memory = { metric = "node_memory_working_set_percentage", aggregation = "Average", operator = "GreaterThan", threshold = 90, severity = 2, description = "Nodes have no memory left." }
      disk   = { metric = "node_disk_usage_percentage", aggregation = "Average", operator = "GreaterThan", threshold = 85, severity = 2, description = "Nodes' disks fill up." }
    }
    postgres = {
      alive   = { metric = "is_db_alive", aggregation = "Maximum", operator = "LessThan", threshold = 1, severity = 0, description = "The server does not respond." }
      cpu     = { metric = "cpu_percent", aggregation = "Average", operator = "GreaterThan", threshold = 90, severity = 2, description = "The server is busy: look for slow queries, or choose a larger size." }
      storage = { metric = "storage_percent", aggregation = "Average", operator = "GreaterThan", threshold = 85, severity = 1, description = "Storage fills up although it grows by itself: the largest size is near." }
    }
    redis = {
      memory = { metric = "usedmemorypercentage", aggregation = "Maximum", operator = "GreaterThan", threshold = 85, severity = 1, description = "Redis begins to evict: queues are at risk." }
      load   = { metric = "serverLoad", aggregation = "Maximum", operator = "GreaterThan", threshold = 90, severity = 2, description = "Redis is busy: choose a larger size." }
    }
    vault = {
      availability = { metric = "Availability", aggregation = "Average", operator = "LessThan", threshold = 99, severity = 2, description = "The vault refuses or fails requests." }
    }
  }
}
