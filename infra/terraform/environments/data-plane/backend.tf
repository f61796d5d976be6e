terraform {
  # The account is named in the environment's backend.hcl, its container on the command line: scripts/azure/data-plane.sh.
  backend "azurerm" {
    key              = "data-plane.tfstate"
    use_azuread_auth = true
  }
}
