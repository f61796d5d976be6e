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

variable "sku" {
  description = "Basic, Standard or Premium (zones, private endpoint, retention)."
  type        = string
  default     = "Basic"
  nullable    = false

  validation {
    condition     = contains(["Basic", "Standard", "Premium"], var.sku)
    error_message = "The registry's SKU must be Basic, Standard or Premium."
  }
}

variable "endpoints_subnet_id" {
  description = "Subnet of a private endpoint; null for none. An endpoint needs Premium."
  type        = string
  default     = null
}

variable "private_zone_id" {
  description = "Private DNS zone of registries, with a private endpoint."
  type        = string
  default     = null
}

variable "granters" {
  description = "Object IDs of the identities that may let others pull, and give no other role, by a name for each."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "pushers" {
  description = "Object IDs of the identities that push, by a name for each."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "purge" {
  description = "Whether old images are deleted once a week; subscriptions on free credit run no tasks."
  type        = bool
  default     = true
  nullable    = false
}

variable "purge_after_days" {
  description = "Days after which a commit's image may be deleted."
  type        = number
  default     = 180
  nullable    = false

  validation {
    condition     = var.purge_after_days >= 90
    error_message = "Production may run an image for months, and a rollback needs the one before it: 90 days at least."
  }
}

variable "purge_keep" {
  description = "Newest images of each repository that are kept whatever their age."
  type        = number
  default     = 50
  nullable    = false

  validation {
    condition     = var.purge_keep >= 10
    error_message = "Keep ten images of each service at least."
  }
}

variable "readers" {
  description = "Object IDs of the identities that plan: they compare the roles that were given here, and pull nothing."
  type        = map(string)
  default     = {}
  nullable    = false
}
