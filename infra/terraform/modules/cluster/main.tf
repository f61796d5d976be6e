# AKS: Entra ID for people, workload identity for pods, Cilium between them, updates at night.
resource "azurerm_user_assigned_identity" "control_plane" {
  name                = "${var.name}-control-plane"
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags
}

resource "azurerm_user_assigned_identity" "kubelet" {
  name                = "${var.name}-kubelet"
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags
}

resource "azurerm_role_assignment" "control_plane_joins_nodes" {
  scope                = var.nodes_subnet_id
  role_definition_name = "Network Contributor"
  principal_id         = azurerm_user_assigned_identity.control_plane.principal_id
  principal_type       = "ServicePrincipal"
}

resource "azurerm_role_assignment" "control_plane_uses_kubelet" {
  scope                = azurerm_user_assigned_identity.kubelet.id
  role_definition_name = "Managed Identity Operator"
  principal_id         = azurerm_user_assigned_identity.control_plane.principal_id
  principal_type       = "ServicePrincipal"
}

# A new role assignment takes effect with a delay; a cluster that is created before fails.
resource "time_sleep" "roles_are_known" {
  create_duration = "90s"

  triggers = {
    subnet  = azurerm_role_assignment.control_plane_joins_nodes.id
    kubelet = azurerm_role_assignment.control_plane_uses_kubelet.id
  }
}

resource "azurerm_kubernetes_cluster" "this" {
  name                              = var.name
  resource_group_name               = var.resource_group_name
  location                          = var.location
  dns_prefix                        = var.name
  node_resource_group               = "${var.name}-nodes"
  kubernetes_version                = var.kubernetes_version
  sku_tier                          = var.sku_tier
  automatic_upgrade_channel         = "patch"
  node_os_upgrade_channel           = "NodeImage"
  oidc_issuer_enabled               = true
  workload_identity_enabled         = true
  local_account_disabled            = true
  role_based_access_control_enabled = true
  azure_policy_enabled              = true
  run_command_enabled               = var.private_api
  private_cluster_enabled           = var.private_api
  image_cleaner_enabled             = true
  image_cleaner_interval_hours      = 48
  cost_analysis_enabled             = var.sku_tier != "Free"
  tags                              = var.tags

  azure_active_directory_role_based_access_control {
    azure_rbac_enabled = true
    tenant_id          = var.tenant_id
  }

  dynamic "api_server_access_profile" {
    for_each = !var.private_api && length(var.authorised_ranges) > 0 ? [1] : []

    content {
      authorized_ip_ranges = var.authorised_ranges
    }
  }

  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.control_plane.id]
  }

  kubelet_identity {
    client_id                 = azurerm_user_assigned_identity.kubelet.client_id
    object_id                 = azurerm_user_assigned_identity.kubelet.principal_id
    user_assigned_identity_id = azurerm_user_assigned_identity.kubelet.id
  }

  network_profile {
    network_plugin      = "azure"
    network_plugin_mode = "overlay"
    network_data_plane  = "cilium"
    network_policy      = "cilium"
    outbound_type       = "userAssignedNATGateway"
    load_balancer_sku   = "standard"
    pod_cidr            = "10.244.0.0/16"
    service_cidr        = "10.0.0.0/16"
    dns_service_ip      = "10.0.0.10"
  }

  # The pools below are ours; nodes are not made from what pods ask for.
  node_provisioning_profile {
    mode = "Manual"
  }

  default_node_pool {
    name                         = "system"
    vm_size                      = var.system_pool.vm_size
    orchestrator_version         = var.kubernetes_version
    vnet_subnet_id               = var.nodes_subnet_id
    zones                        = var.zones
    auto_scaling_enabled         = true
    min_count                    = var.system_pool.min
    max_count                    = var.system_pool.max
    max_pods                     = 110
    os_sku                       = "AzureLinux"
    host_encryption_enabled      = true
    only_critical_addons_enabled = true
    temporary_name_for_rotation  = "systemtmp"
    tags                         = var.tags

    upgrade_settings {
      max_surge = "33%"
    }
  }

  auto_scaler_profile {
    balance_similar_node_groups = true
    expander                    = "least-waste"
    # An encoding may take long; its pod says so itself (safe-to-evict), everything else moves quickly.
    max_graceful_termination_sec  = "600"
    skip_nodes_with_local_storage = false
  }

  storage_profile {
    blob_driver_enabled = true
    disk_driver_enabled = true
    file_driver_enabled = true
  }

  maintenance_window_auto_upgrade {
    frequency   = "Weekly"
    interval    = 1
    day_of_week = "Tuesday"
    start_time  = "02:00"
    utc_offset  = "+00:00"
    duration    = 4
  }

  maintenance_window_node_os {
    frequency   = "Weekly"
    interval    = 1
    day_of_week = "Wednesday"
    start_time  = "02:00"
    utc_offset  = "+00:00"
    duration    = 4
  }

  dynamic "monitor_metrics" {
    for_each = var.managed_metrics ? [1] : []
    content {}
  }

  lifecycle {
    # The autoscaler owns the number of nodes. The version is a minor one, whose patches the upgrade channel installs:
    # raising it here upgrades the control plane, then the pools (docs/runbooks/upgrades.md).
    ignore_changes = [default_node_pool[0].node_count]

    precondition {
      condition     = !var.production || var.private_api || length(var.authorised_ranges) > 0
      error_message = "Production's API server must be private, or authorised_ranges must say who may reach it."
    }
  }

  depends_on = [time_sleep.roles_are_known]
}

resource "azurerm_kubernetes_cluster_node_pool" "user" {
  name                        = "user"
  kubernetes_cluster_id       = azurerm_kubernetes_cluster.this.id
  mode                        = "User"
  vm_size                     = var.user_pool.vm_size
  orchestrator_version        = var.kubernetes_version
  vnet_subnet_id              = var.nodes_subnet_id
  zones                       = var.zones
  auto_scaling_enabled        = true
  min_count                   = var.user_pool.min
  max_count                   = var.user_pool.max
  max_pods                    = 110
  os_sku                      = "AzureLinux"
  host_encryption_enabled     = true
  temporary_name_for_rotation = "usertmp"
  tags                        = var.tags

  upgrade_settings {
    max_surge = "33%"
  }

  lifecycle {
    ignore_changes = [node_count]
  }
}
