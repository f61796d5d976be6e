variable "name" {
  description = "Prefix of every name: 3 to 10 lower-case letters and digits."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{2,9}$", var.name))
    error_message = "The name must be 3 to 10 lower-case letters and digits, and begin with a letter."
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

variable "writers" {
  description = "Object IDs of the identities that run Terraform, by environment; each gets a container."
  type        = map(string)
  nullable    = false
}

variable "readers" {
  description = "Object IDs of the identities that only plan, by environment."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "administrators_group_id" {
  description = "Object ID of the group of people who run Terraform themselves."
  type        = string
  nullable    = false
}
