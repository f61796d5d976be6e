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

variable "endpoints_subnet_id" {
  description = "Subnet of private endpoints."
  type        = string
  nullable    = false
}

variable "private_zone_id" {
  description = "Private DNS zone of blobs."
  type        = string
  nullable    = false
}

variable "host" {
  description = "Host of the shop, whose pages send films."
  type        = string
  nullable    = false
}

variable "receiver" {
  description = "Principal of the video service's identity."
  type        = string
  nullable    = false
}
