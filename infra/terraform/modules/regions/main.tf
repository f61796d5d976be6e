# Regions of Azure with three availability zones, and the region that each is paired with: where backups and dumps survive
# the loss of a region. Newer regions have no pair; they are left out on purpose. Source: Azure's list of region pairs.
locals {
  pairs = {
    australiaeast      = "australiasoutheast"
    brazilsouth        = "southcentralus"
    canadacentral      = "canadaeast"
    centralindia       = "southindia"
    centralus          = "eastus2"
    eastasia           = "southeastasia"
    eastus             = "westus"
    eastus2            = "centralus"
    francecentral      = "francesouth"
    germanywestcentral = "germanynorth"
    japaneast          = "japanwest"
    koreacentral       = "koreasouth"
    northeurope        = "westeurope"
    norwayeast         = "norwaywest"
    southafricanorth   = "southafricawest"
    southcentralus     = "northcentralus"
    southeastasia      = "eastasia"
    swedencentral      = "swedensouth"
    switzerlandnorth   = "switzerlandwest"
    uaenorth           = "uaecentral"
    uksouth            = "ukwest"
    westeurope         = "northeurope"
    westus2            = "westcentralus"
    westus3            = "eastus"
  }
}
