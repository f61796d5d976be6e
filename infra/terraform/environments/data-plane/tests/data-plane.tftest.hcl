mock_provider "azurerm" {
  mock_data "azurerm_kubernetes_cluster" {
    defaults = {
      kube_config = [{
        host                   = "https://streamcart.hcp.westeurope.azmk8s.io:443"
        cluster_ca_certificate = "Y2VydGlmaWNhdGU="
      }]
    }
  }
}
mock_provider "helm" {}

run "a_cluster_with_its_own_data_has_passwords" {
  command = plan

  variables {
    environment  = "dev"
    managed_data = false
    replicas     = 1
  }

  assert {
    condition     = contains(output.secrets, "auth-database-password") && contains(output.secrets, "ui-redis-password")
    error_message = "PostgreSQL and Valkey in the cluster ask for passwords."
  }
}

run "managed_data_has_none" {
  command = plan

  variables {
    environment  = "prod"
    managed_data = true
    replicas     = 2
  }

  assert {
    condition     = length([for name in output.secrets : name if endswith(name, "-password")]) == 0
    error_message = "Azure's own PostgreSQL and Redis know identities."
  }
}

run "an_unknown_login_is_refused" {
  command = plan

  variables {
    environment      = "dev"
    managed_data     = false
    replicas         = 1
    kubernetes_login = "spn"
  }

  expect_failures = [var.kubernetes_login]
}
