mock_provider "azurerm" {}

variables {
  name                = "streamcart-dev"
  resource_group_name = "streamcart-dev"
  location            = "westeurope"
  tenant_id           = "00000000-0000-0000-0000-0000000000aa"
  production          = false
  kubernetes_version  = "1.36"
  nodes_subnet_id     = "/subscriptions/00000000-0000-0000-0000-000000000020/resourceGroups/streamcart-dev/providers/Microsoft.Network/virtualNetworks/v/subnets/s"
  system_pool         = { vm_size = "Standard_D2as_v5", min = 1, max = 2 }
  user_pool           = { vm_size = "Standard_D4as_v5", min = 1, max = 3 }
}

run "people_and_pods_sign_in_as_themselves" {
  command = plan

  assert {
    condition     = azurerm_kubernetes_cluster.this.local_account_disabled && azurerm_kubernetes_cluster.this.oidc_issuer_enabled && azurerm_kubernetes_cluster.this.workload_identity_enabled
    error_message = "No local account; tokens of service accounts are trusted."
  }

  assert {
    condition     = azurerm_kubernetes_cluster.this.azure_active_directory_role_based_access_control[0].azure_rbac_enabled
    error_message = "Azure says who may do what."
  }
}

run "pods_are_kept_apart_by_cilium" {
  command = plan

  assert {
    condition     = azurerm_kubernetes_cluster.this.network_profile[0].network_policy == "cilium" && azurerm_kubernetes_cluster.this.network_profile[0].network_plugin_mode == "overlay"
    error_message = "Network policies are enforced."
  }
}

run "it_updates_itself_in_its_windows" {
  command = plan

  assert {
    condition     = azurerm_kubernetes_cluster.this.automatic_upgrade_channel == "patch" && length(azurerm_kubernetes_cluster.this.maintenance_window_auto_upgrade) == 1 && length(azurerm_kubernetes_cluster.this.maintenance_window_node_os) == 1
    error_message = "Patches come at night."
  }
}

run "nodes_stand_in_three_zones" {
  command = plan

  assert {
    condition     = length(azurerm_kubernetes_cluster_node_pool.user.zones) == 3 && azurerm_kubernetes_cluster_node_pool.user.auto_scaling_enabled
    error_message = "A zone may fail."
  }
}

run "production_may_not_be_open" {
  command = plan

  variables {
    production = true
  }

  expect_failures = [azurerm_kubernetes_cluster.this]
}

run "production_with_an_office_is_fine" {
  command = plan

  variables {
    production        = true
    authorised_ranges = ["203.0.113.0/24"]
  }

  assert {
    condition     = contains(azurerm_kubernetes_cluster.this.api_server_access_profile[0].authorized_ip_ranges, "203.0.113.0/24")
    error_message = "The office reaches the API server."
  }
}

run "a_private_api_has_no_ranges" {
  command = plan

  variables {
    production  = true
    private_api = true
  }

  assert {
    condition     = azurerm_kubernetes_cluster.this.private_cluster_enabled && length(azurerm_kubernetes_cluster.this.api_server_access_profile) == 0
    error_message = "A private API server is reached inside the network."
  }
}

run "the_whole_world_is_no_range" {
  command = plan

  variables {
    authorised_ranges = ["0.0.0.0/0"]
  }

  expect_failures = [var.authorised_ranges]
}

run "a_newer_version_reaches_the_pools" {
  command = plan

  variables {
    kubernetes_version = "1.37"
  }

  assert {
    condition     = azurerm_kubernetes_cluster.this.kubernetes_version == "1.37" && azurerm_kubernetes_cluster.this.default_node_pool[0].orchestrator_version == "1.37" && azurerm_kubernetes_cluster_node_pool.user.orchestrator_version == "1.37"
    error_message = "Control plane and pools are upgraded together."
  }
}

run "roles_are_waited_for" {
  command = plan

  assert {
    condition     = time_sleep.roles_are_known.create_duration == "90s"
    error_message = "A cluster that is made before Azure knows its roles fails."
  }
}

run "an_old_version_is_refused" {
  command = plan

  variables {
    kubernetes_version = "1.29"
  }

  expect_failures = [var.kubernetes_version]
}

run "a_pool_of_none_is_refused" {
  command = plan

  variables {
    user_pool = { vm_size = "Standard_D4as_v5", min = 0, max = 3 }
  }

  expect_failures = [var.user_pool]
}
