variable "resource_group_name" {
  description = "Resource group that the zone goes into."
  type        = string
  nullable    = false
}

variable "resource_group_id" {
  description = "The same resource group, by its ID."
  type        = string
  nullable    = false
}

variable "domain" {
  description = "The shop's host, which is a zone of its own, such as dev.streamcart.example."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^([a-z0-9-]+\\.)+[a-z]{2,}$", var.domain))
    error_message = "The domain must be a host name such as dev.streamcart.example."
  }
}

variable "writers" {
  description = "Object IDs of the identities that write records, by a name for each."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "tags" {
  description = "Tags of every resource."
  type        = map(string)
  default     = {}
  nullable    = false
}
