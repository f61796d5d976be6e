terraform {
  # What the account is called is in backend.hcl, which `make settings` writes.
  backend "azurerm" {
    container_name   = "dev"
    key              = "terraform.tfstate"
    use_azuread_auth = true
  }
}
