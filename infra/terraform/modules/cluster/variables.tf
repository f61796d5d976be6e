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

variable "tenant_id" {
  description = "Entra ID tenant that people sign in to."
  type        = string
  nullable    = false
}

variable "production" {
  description = "Whether real customers depend on it: then the API server may not be open to everybody."
  type        = bool
  nullable    = false
}

variable "kubernetes_version" {
  description = "Minor version, such as 1.36; patches come by themselves."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^1\\.(3[5-9])$", var.kubernetes_version))
    error_message = "The chart is tested with Kubernetes 1.35 and newer: give a minor version such as 1.36."
  }
}

variable "sku_tier" {
  description = "Free (no promise), Standard (99.95 % with zones) or Premium (long-term support)."
  type        = string
  default     = "Free"
  nullable    = false

  validation {
    condition     = contains(["Free", "Standard", "Premium"], var.sku_tier)
    error_message = "The tier must be Free, Standard or Premium."
  }
}

variable "nodes_subnet_id" {
  description = "Subnet of the nodes, with a NAT gateway."
  type        = string
  nullable    = false
}

variable "zones" {
  description = "Availability zones of the nodes."
  type        = list(string)
  default     = ["1", "2", "3"]
  nullable    = false
}

variable "private_api" {
  description = "Whether the API server has an address in the network alone."
  type        = bool
  default     = false
  nullable    = false
}

variable "authorised_ranges" {
  description = "Addresses (CIDR) that reach the API server; empty for everybody with an Entra ID account that may."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for range in var.authorised_ranges : can(cidrhost(range, 0)) && !endswith(range, "/0")])
    error_message = "Each authorised range must be CIDR, such as 203.0.113.0/24, and not the whole internet."
  }
}

variable "system_pool" {
  description = "Nodes of the cluster's own pods."
  type        = object({ vm_size = string, min = number, max = number })
  nullable    = false

  validation {
    condition     = var.system_pool.min >= 1 && var.system_pool.max >= var.system_pool.min
    error_message = "The system pool needs a node at least, and its maximum may not be below its minimum."
  }
}

variable "user_pool" {
  description = "Nodes of the shop and its add-ons."
  type        = object({ vm_size = string, min = number, max = number })
  nullable    = false

  validation {
    condition     = var.user_pool.min >= 1 && var.user_pool.max >= var.user_pool.min
    error_message = "The user pool needs a node at least, and its maximum may not be below its minimum."
  }
}

variable "managed_metrics" {
  description = "Whether Azure's managed Prometheus collects metrics."
  type        = bool
  default     = false
  nullable    = false
}
