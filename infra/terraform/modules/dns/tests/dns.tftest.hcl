mock_provider "azurerm" {}

variables {
  resource_group_name = "streamcart-dev"
  domain              = "dev.streamcart.example"
  writers             = { external-dns = "00000000-0000-0000-0000-0000000000aa" }
}

run "one_identity_writes_records" {
  command = plan

  assert {
    condition     = azurerm_role_assignment.writers["external-dns"].role_definition_name == "DNS Zone Contributor"
    error_message = "external-dns writes this zone and no other."
  }

  assert {
    condition     = anytrue([for record in azurerm_dns_caa_record.authority.record : record.value == "letsencrypt.org"])
    error_message = "Nobody else issues certificates."
  }
}

run "a_name_without_a_domain_is_refused" {
  command = plan

  variables {
    domain = "localhost"
  }

  expect_failures = [var.domain]
}
