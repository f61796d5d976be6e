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
  description = "Entra ID tenant that clients sign in to."
  type        = string
  nullable    = false
}

variable "subnets" {
  description = "Servers by name, each with the subnet that is delegated to it."
  type        = map(object({ id = string, cidr = string }))
  nullable    = false
}

variable "administrators" {
  description = "Administrators by their name in Entra ID, which is the name of their role: object ID and type (ServicePrincipal or Group)."
  type        = map(object({ object_id = string, type = string }))
  nullable    = false

  validation {
    condition     = length(var.subnets) == 0 || anytrue([for administrator in var.administrators : administrator.type == "ServicePrincipal"]) && alltrue([for administrator in var.administrators : contains(["ServicePrincipal", "Group"], administrator.type)])
    error_message = "An identity must administer the servers (the Job that makes roles and databases); others are identities or groups."
  }
}

variable "postgres_version" {
  description = "Major version of PostgreSQL."
  type        = string
  default     = "18"
  nullable    = false

  validation {
    condition     = contains(["17", "18"], var.postgres_version)
    error_message = "The services are tested with PostgreSQL 18 (17 works)."
  }
}

variable "sku_name" {
  description = "Compute, such as B_Standard_B2s or GP_Standard_D2ds_v5."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^(B|GP|MO)_Standard_[A-Za-z0-9_]+$", var.sku_name))
    error_message = "The SKU must look like B_Standard_B2s, GP_Standard_D2ds_v5 or MO_Standard_E2ds_v5."
  }
}

variable "storage_gb" {
  description = "Storage to begin with, GiB; it grows by itself."
  type        = number
  default     = 32
  nullable    = false

  validation {
    condition     = contains([32, 64, 128, 256, 512, 1024], var.storage_gb)
    error_message = "Storage comes in 32, 64, 128, 256, 512 or 1024 GiB."
  }
}

variable "backup_retention_days" {
  description = "Days that the server can be set back by."
  type        = number
  default     = 35
  nullable    = false

  validation {
    condition     = var.backup_retention_days >= 7 && var.backup_retention_days <= 35
    error_message = "Azure keeps backups 7 to 35 days."
  }
}

variable "geo_redundant_backup" {
  description = "Whether backups are kept in the paired region too."
  type        = bool
  default     = false
  nullable    = false
}

variable "high_availability" {
  description = "Whether a standby waits in another zone."
  type        = bool
  default     = false
  nullable    = false
}

variable "extensions" {
  description = "Extensions that migrations may create."
  type        = list(string)
  default     = ["BTREE_GIST", "PG_TRGM", "UNACCENT"]
  nullable    = false
}

variable "private_zone_id" {
  description = "Private DNS zone of PostgreSQL."
  type        = string
  nullable    = false
}
