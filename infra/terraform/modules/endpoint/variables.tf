variable "name" {
  description = "Name of the endpoint, such as streamcart-dev-vault: lower-case letters, digits and hyphens."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,40}[a-z0-9]$", var.name))
    error_message = "The name must be lower-case letters, digits and hyphens, and begin with a letter."
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

variable "subnet_id" {
  description = "Subnet of private endpoints."
  type        = string
  nullable    = false
}

variable "private_zone_id" {
  description = "Private DNS zone of the target's kind."
  type        = string
  nullable    = false
}

variable "target_id" {
  description = "What gets the address."
  type        = string
  nullable    = false
}

variable "subresource" {
  description = "Which of its services: vault, blob, redisEnterprise or registry."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["vault", "blob", "redisEnterprise", "registry"], var.subresource)
    error_message = "The subresource must be vault, blob, redisEnterprise or registry."
  }
}
