variable "name" {
  description = "Prefix of every name, such as streamcart-dev: lower-case letters, digits and hyphens, 3 to 20 characters."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,18}[a-z0-9]$", var.name))
    error_message = "The name must be 3 to 20 lower-case letters, digits and hyphens, and begin with a letter."
  }
}

variable "resource_group_name" {
  description = "Resource group that everything goes into."
  type        = string
  nullable    = false
}

variable "location" {
  description = "Azure region, such as westeurope."
  type        = string
  nullable    = false
}

variable "tags" {
  description = "Tags of every resource."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "sku_name" {
  description = "Size, such as Balanced_B0 (0.5 GB) or Balanced_B3 (3 GB)."
  type        = string
  default     = "Balanced_B0"
  nullable    = false

  validation {
    condition     = can(regex("^(Balanced_B|MemoryOptimized_M|ComputeOptimized_X)[0-9]+$", var.sku_name))
    error_message = "The SKU must be one of Azure Managed Redis, such as Balanced_B0."
  }

  validation {
    condition     = can(regex("_[A-Z]([0-9]|1[0-9]|20)$", var.sku_name))
    error_message = "Without clustering one shard holds 25 GB at most: choose a size up to 20."
  }
}

variable "high_availability" {
  description = "Whether a replica takes over."
  type        = bool
  default     = true
  nullable    = false
}

variable "principals" {
  description = "Object IDs of the services' identities."
  type        = object({ auth = string, catalog = string, payment = string, ui = string, video = string })
  nullable    = false
}

variable "endpoints_subnet_id" {
  description = "Subnet of private endpoints."
  type        = string
  nullable    = false
}

variable "private_zone_id" {
  description = "Private DNS zone of Redis."
  type        = string
  nullable    = false
}
