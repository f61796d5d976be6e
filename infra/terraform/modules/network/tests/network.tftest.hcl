mock_provider "azurerm" {}

variables {
  name                = "streamcart-dev"
  resource_group_name = "streamcart-dev"
  location            = "westeurope"
  postgres_servers    = { auth = 0, catalog = 1 }
}

run "subnets_do_not_overlap" {
  command = plan

  assert {
    condition     = azurerm_subnet.nodes.address_prefixes[0] == "10.10.0.0/22" && azurerm_subnet.endpoints.address_prefixes[0] == "10.10.4.0/24" && azurerm_subnet.postgres["auth"].address_prefixes[0] == "10.10.5.0/28" && azurerm_subnet.postgres["catalog"].address_prefixes[0] == "10.10.5.16/28"
    error_message = "Each subnet has addresses of its own."
  }

  assert {
    condition     = azurerm_subnet.nodes.default_outbound_access_enabled == false
    error_message = "Nodes go out by the NAT gateway alone."
  }

  assert {
    condition     = length(azurerm_private_dns_zone.this) == length(azurerm_private_dns_zone_virtual_network_link.this)
    error_message = "Every private zone is linked to the network."
  }
}

run "nothing_comes_in_from_outside" {
  command = plan

  assert {
    condition     = alltrue([for rule in azurerm_network_security_group.private.security_rule : rule.access == "Deny" || rule.source_address_prefix == "VirtualNetwork"])
    error_message = "Only the network itself reaches databases and endpoints."
  }
}

run "the_nat_gateway_is_zone_redundant" {
  command = plan

  assert {
    condition     = azurerm_nat_gateway.out.sku_name == "StandardV2" && azurerm_public_ip.out.sku == "StandardV2"
    error_message = "A Standard gateway lives in one zone."
  }
}

run "two_servers_in_one_subnet_are_refused" {
  command = plan

  variables {
    postgres_servers = { auth = 0, catalog = 0 }
  }

  expect_failures = [var.postgres_servers]
}

run "a_small_network_is_refused" {
  command = plan

  variables {
    address_space = "10.10.0.0/24"
  }

  expect_failures = [var.address_space]
}

run "a_bad_name_is_refused" {
  command = plan

  variables {
    name = "Stream_Cart"
  }

  expect_failures = [var.name]
}
