# Written by `make settings` from infra/settings.yaml and Terraform's outputs: do not edit.
resource_group_name  = "streamcart-terraform"
storage_account_name = "streamcarttfstate"
