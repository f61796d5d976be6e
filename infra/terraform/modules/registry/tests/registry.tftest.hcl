mock_provider "azurerm" {}

variables {
  name                = "streamcart-dev"
  resource_group_name = "streamcart-dev"
  location            = "westeurope"
  granters            = { dev = "00000000-0000-0000-0000-0000000000aa" }
  readers             = { dev = "00000000-0000-0000-0000-0000000000aa" }
  pushers             = { images = "00000000-0000-0000-0000-0000000000aa" }
}

run "nobody_has_a_password" {
  command = plan

  assert {
    condition     = azurerm_container_registry.this.admin_enabled == false && azurerm_container_registry.this.anonymous_pull_enabled == false
    error_message = "Identities alone open the registry."
  }

  assert {
    condition     = azurerm_container_registry.this.name == "streamcartdev"
    error_message = "A registry has letters and digits."
  }
}

run "roles_are_the_least" {
  command = plan

  assert {
    condition     = strcontains(azurerm_role_assignment.grant["dev"].condition, "7f951dda-4ed3-4680-a7ca-43fe172d538d") && azurerm_role_assignment.push["images"].role_definition_name == "AcrPush"
    error_message = "Environments may give AcrPull and nothing else; workflows push."
  }
}

run "plans_compare_roles_and_pull_nothing" {
  command = plan

  assert {
    condition     = azurerm_role_assignment.readers["dev"].role_definition_name == "Reader"
    error_message = "A plan reads who may pull, also from another subscription."
  }
}

run "old_images_go_and_new_ones_stay" {
  command = plan

  assert {
    condition     = strcontains(base64decode(azurerm_container_registry_task.purge[0].encoded_step[0].task_content), "--ago 180d --keep 50")
    error_message = "By age, and never the newest."
  }
}

run "images_of_a_month_are_kept" {
  command = plan

  variables {
    purge_after_days = 30
  }

  expect_failures = [var.purge_after_days]
}

run "few_images_are_not_enough" {
  command = plan

  variables {
    purge_keep = 1
  }

  expect_failures = [var.purge_keep]
}

run "basic_has_no_endpoint" {
  command = plan

  assert {
    condition     = length(module.endpoint) == 0
    error_message = "Private endpoints come with Premium."
  }
}

run "premium_has_zones_and_an_endpoint" {
  command = plan

  variables {
    sku                 = "Premium"
    endpoints_subnet_id = "/subscriptions/00000000-0000-0000-0000-000000000020/resourceGroups/streamcart-dev/providers/Microsoft.Network/virtualNetworks/v/subnets/s"
    private_zone_id     = "/subscriptions/00000000-0000-0000-0000-000000000020/resourceGroups/streamcart-dev/providers/Microsoft.Network/privateDnsZones/z"
  }

  assert {
    condition     = length(module.endpoint) == 1 && azurerm_container_registry.this.zone_redundancy_enabled
    error_message = "Premium is reached inside the network, in every zone."
  }
}

run "an_unknown_tier_is_refused" {
  command = plan

  variables {
    sku = "Gold"
  }

  expect_failures = [var.sku]
}

run "an_endpoint_needs_premium" {
  command = plan

  variables {
    endpoints_subnet_id = "/subscriptions/00000000-0000-0000-0000-000000000020/resourceGroups/streamcart-dev/providers/Microsoft.Network/virtualNetworks/v/subnets/s"
  }

  expect_failures = [azurerm_container_registry.this]
}
