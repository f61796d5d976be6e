mock_provider "azurerm" {}

variables {
  resource_group_name = "streamcart-dev"
  resource_group_id   = "/subscriptions/00000000-0000-0000-0000-000000000020/resourceGroups/streamcart-dev"
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

run "the_writer_finds_the_zone" {
  command = plan

  assert {
    condition     = azurerm_role_assignment.listers["external-dns"].role_definition_name == "Reader" && azurerm_role_assignment.listers["external-dns"].scope == var.resource_group_id
    error_message = "external-dns lists the zones of the resource group."
  }
}

run "a_name_without_a_domain_is_refused" {
  command = plan

  variables {
    domain = "localhost"
  }

  expect_failures = [var.domain]
}
