mock_provider "azurerm" {}

variables {
  environment        = "dev"
  kubernetes_version = "1.36"
  address_space      = "10.10.0.0/16"
  managed_data       = false
  settings = {
    name     = "streamcart"
    contact  = "platform@streamcart.example"
    location = "westeurope"
    github   = { owner = "streamcart", repository = "streamcart", owner_id = 1, repository_id = 2 }
    azure    = { tenant_id = "00000000-0000-0000-0000-0000000000aa", administrators_group = "platform-administrators", administrators_group_id = "00000000-0000-0000-0000-0000000000aa" }
    environments = {
      dev  = { subscription_id = "00000000-0000-0000-0000-0000000000aa", host = "dev.streamcart.example", authorised_ranges = [] }
      prod = { subscription_id = "00000000-0000-0000-0000-0000000000aa", host = "streamcart.example", authorised_ranges = ["203.0.113.0/24"] }
    }
  }
  sizes = {
    cluster_tier = "Free"
    system_pool  = { vm_size = "Standard_D2as_v5", min = 1, max = 2 }
    user_pool    = { vm_size = "Standard_D4as_v5", min = 1, max = 3 }
    budget       = 400
  }
}

run "a_small_one_runs_its_data_in_the_cluster" {
  command = plan

  assert {
    condition     = output.values.postgres == null && length(module.redis) == 0 && toset(keys(output.values.accounts)) == toset(["backup"])
    error_message = "Nothing is paid for twice; dumps have an account."
  }

  assert {
    condition     = azurerm_resource_group.this.tags["environment"] == "dev" && azurerm_resource_group.this.name == "streamcart-dev"
    error_message = "Everything says whose it is."
  }

  assert {
    condition     = output.values.host == "dev.streamcart.example"
    error_message = "The host comes from the settings."
  }
}

run "a_large_one_uses_azures" {
  command = plan

  variables {
    environment  = "prod"
    managed_data = true
  }

  assert {
    condition     = length(output.values.postgres) == 4 && length(module.redis) == 1 && length(output.values.accounts) == 2
    error_message = "Azure runs what keeps data."
  }

  assert {
    condition     = output.values.resource_group == "streamcart-prod"
    error_message = "Names say the environment."
  }

  assert {
    condition     = output.values.postgres["video"].cidr == "10.10.5.48/28" && output.values.postgres["video"].administrator.user == "streamcart-prod-database-administrator" && output.values.redis.cidr == "10.10.4.0/24"
    error_message = "Network policies and Jobs learn where each service's own server is, and who administers it."
  }
}

run "both_environments_pull_from_one_registry" {
  command = plan

  assert {
    condition     = endswith(azurerm_role_assignment.pull.scope, "/registries/streamcartimages") && azurerm_role_assignment.pull.role_definition_name == "AcrPull"
    error_message = "What is promoted is the same image."
  }
}

run "an_unknown_environment_is_refused" {
  command = plan

  variables {
    environment = "staging"
  }

  expect_failures = [var.environment]
}

run "a_long_name_is_refused" {
  command = plan

  variables {
    settings = {
      name     = "stream-cart-of-mine"
      contact  = "platform@streamcart.example"
      location = "westeurope"
      github   = { owner = "streamcart", repository = "streamcart", owner_id = 1, repository_id = 2 }
      azure    = { tenant_id = "00000000-0000-0000-0000-0000000000aa", administrators_group = "platform-administrators", administrators_group_id = "00000000-0000-0000-0000-0000000000aa" }
      environments = {
        dev  = { subscription_id = "00000000-0000-0000-0000-0000000000aa", host = "dev.streamcart.example", authorised_ranges = [] }
        prod = { subscription_id = "00000000-0000-0000-0000-0000000000aa", host = "streamcart.example", authorised_ranges = ["203.0.113.0/24"] }
      }
    }
  }

  expect_failures = [var.settings]
}

run "a_region_without_a_pair_keeps_backups_at_home" {
  command = plan

  variables {
    settings = {
      name     = "streamcart"
      contact  = "platform@streamcart.example"
      location = "polandcentral"
      github   = { owner = "streamcart", repository = "streamcart", owner_id = 1, repository_id = 2 }
      azure    = { tenant_id = "00000000-0000-0000-0000-0000000000aa", administrators_group = "platform-administrators", administrators_group_id = "00000000-0000-0000-0000-0000000000aa" }
      environments = {
        dev  = { subscription_id = "00000000-0000-0000-0000-0000000000aa", host = "dev.streamcart.example", authorised_ranges = [] }
        prod = { subscription_id = "00000000-0000-0000-0000-0000000000aa", host = "streamcart.example", authorised_ranges = ["203.0.113.0/24"] }
      }
    }
  }

  expect_failures = [azurerm_resource_group.this]
}
