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

variable "address_space" {
  description = "The network's addresses, a /16 such as 10.10.0.0/16."
  type        = string
  default     = "10.10.0.0/16"
  nullable    = false

  validation {
    condition     = can(cidrhost(var.address_space, 0)) && endswith(var.address_space, "/16")
    error_message = "The address space must be a /16 in CIDR notation, such as 10.10.0.0/16."
  }
}

variable "postgres_servers" {
  description = "PostgreSQL servers, each with the number (0 to 15) of its subnet. A number is never given to another server."
  type        = map(number)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for number in values(var.postgres_servers) : number >= 0 && number <= 15]) && length(distinct(values(var.postgres_servers))) == length(var.postgres_servers)
    error_message = "Each server needs a number of its own, from 0 to 15."
  }
}
