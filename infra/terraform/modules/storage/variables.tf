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

variable "media" {
  description = "Whether what is served is kept here; else only dumps are."
  type        = bool
  nullable    = false
}

variable "media_containers" {
  description = "Containers of what is served, one for each service."
  type        = list(string)
  default     = ["catalog", "video"]
  nullable    = false
}

variable "backup_containers" {
  description = "Containers of dumps, one for each database."
  type        = list(string)
  default     = ["auth", "catalog", "payment", "video"]
  nullable    = false
}

variable "replication" {
  description = "Copies of what is served: LRS, ZRS, GRS or GZRS."
  type        = string
  default     = "ZRS"
  nullable    = false

  validation {
    condition     = contains(["LRS", "ZRS", "GRS", "GZRS"], var.replication)
    error_message = "Replication must be LRS, ZRS, GRS or GZRS."
  }
}

variable "backup_replication" {
  description = "Copies of dumps; GRS survives the loss of a region."
  type        = string
  default     = "GRS"
  nullable    = false

  validation {
    condition     = contains(["LRS", "ZRS", "GRS", "GZRS"], var.backup_replication)
    error_message = "Replication must be LRS, ZRS, GRS or GZRS."
  }
}

variable "backup_days" {
  description = "Days after which a dump is deleted."
  type        = number
  default     = 90
  nullable    = false

  validation {
    condition     = var.backup_days >= 7
    error_message = "Keep dumps a week at least."
  }
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

variable "media_writers" {
  description = "Object IDs of the services' identities, by container of the account media."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "mounter" {
  description = "Object ID of the nodes' identity, which mounts the containers."
  type        = string
  nullable    = false
}
