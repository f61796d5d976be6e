run "a_pair_is_known" {
  command = plan

  variables {
    location = "westeurope"
  }

  assert {
    condition     = output.pair == "northeurope"
    error_message = "Backups survive in the paired region."
  }
}

run "a_new_region_has_none" {
  command = plan

  variables {
    location = "polandcentral"
  }

  assert {
    condition     = output.pair == null
    error_message = "It has zones and no pair."
  }
}
