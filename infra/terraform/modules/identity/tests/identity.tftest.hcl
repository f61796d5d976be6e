mock_provider "azurerm" {}

variables {
  name                = "streamcart-dev"
  resource_group_name = "streamcart-dev"
  location            = "westeurope"
  identities = {
    catalog = { issuer = "https://issuer.example", subjects = ["system:serviceaccount:catalog:catalog"] }
    images  = { issuer = "https://token.actions.githubusercontent.com", subjects = ["repo:streamcart@1/streamcart@2:ref:refs/heads/main"] }
  }
}

run "each_has_its_own_subject" {
  command = plan

  assert {
    condition     = length(azurerm_user_assigned_identity.this) == 2 && azurerm_federated_identity_credential.this["catalog-0"].subject == "system:serviceaccount:catalog:catalog"
    error_message = "An identity is trusted for its own subject."
  }

  assert {
    condition     = azurerm_user_assigned_identity.this["catalog"].name == "streamcart-dev-catalog"
    error_message = "Names say environment and service."
  }
}

run "a_subject_by_names_alone_is_refused" {
  command = plan

  variables {
    identities = { images = { issuer = "https://token.actions.githubusercontent.com", subjects = ["repo:streamcart/streamcart:ref:refs/heads/main"] } }
  }

  expect_failures = [var.identities]
}

run "every_branch_is_no_subject" {
  command = plan

  variables {
    identities = { images = { issuer = "https://token.actions.githubusercontent.com", subjects = ["repo:streamcart@1/streamcart@2:*"] } }
  }

  expect_failures = [var.identities]
}

run "an_issuer_without_tls_is_refused" {
  command = plan

  variables {
    identities = { catalog = { issuer = "http://issuer.example", subjects = ["system:serviceaccount:catalog:catalog"] } }
  }

  expect_failures = [var.identities]
}
