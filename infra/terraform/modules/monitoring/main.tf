# Azure's managed Prometheus and Grafana, or nothing (the add-ons bring their own into the cluster).
resource "azurerm_monitor_workspace" "this" {
  count = var.kind == "managed" ? 1 : 0

  name                = "${var.name}-metrics"
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags
}

resource "azurerm_dashboard_grafana" "this" {
  count = var.kind == "managed" ? 1 : 0

  name                  = "${var.name}-grafana"
  resource_group_name   = var.resource_group_name
  location              = var.location
  grafana_major_version = "12"
  sku                   = "Standard"
  api_key_enabled       = false
  tags                  = var.tags

  identity {
    type = "SystemAssigned"
  }

  azure_monitor_workspace_integrations {
    resource_id = azurerm_monitor_workspace.this[0].id
  }
}

resource "azurerm_role_assignment" "grafana_reads" {
  count = var.kind == "managed" ? 1 : 0

  scope                = azurerm_monitor_workspace.this[0].id
  role_definition_name = "Monitoring Data Reader"
  principal_id         = azurerm_dashboard_grafana.this[0].identity[0].principal_id
  principal_type       = "ServicePrincipal"
}

resource "azurerm_monitor_data_collection_rule" "metrics" {
  count = var.kind == "managed" ? 1 : 0

  name                        = "${var.name}-prometheus"
  resource_group_name         = var.resource_group_name
  location                    = var.location
  data_collection_endpoint_id = azurerm_monitor_workspace.this[0].default_data_collection_endpoint_id
  kind                        = "Linux"
  tags                        = var.tags

  data_sources {
    prometheus_forwarder {
      name    = "prometheus"
      streams = ["Microsoft-PrometheusMetrics"]
    }
  }

  destinations {
    monitor_account {
      name               = "workspace"
      monitor_account_id = azurerm_monitor_workspace.this[0].id
    }
  }

  data_flow {
    streams      = ["Microsoft-PrometheusMetrics"]
    destinations = ["workspace"]
  }
}

resource "azurerm_monitor_data_collection_rule_association" "cluster" {
  count = var.kind == "managed" ? 1 : 0

  name                    = "${var.name}-prometheus"
  target_resource_id      = var.cluster_id
  data_collection_rule_id = azurerm_monitor_data_collection_rule.metrics[0].id
}
