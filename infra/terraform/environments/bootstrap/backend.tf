terraform {
  # The account is made here, so the first run keeps its state in a file and then moves it: scripts/azure/bootstrap.sh.
  backend "azurerm" {
    container_name   = "bootstrap"
    key              = "terraform.tfstate"
    use_azuread_auth = true
  }
}
