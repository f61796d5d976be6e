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

variable "targets" {
  description = "What is logged, by a name for each: its ID, the categories of its logs, and whether it fills tables of its own."
  type = map(object({
    id               = string
    categories       = set(string)
    dedicated_tables = optional(bool, false)
  }))
  nullable = false

  validation {
    condition     = alltrue([for target in var.targets : length(target.categories) > 0])
    error_message = "A target without a category logs nothing."
  }
}

variable "retention_days" {
  description = "Days that logs are kept; the first 31 are free."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.retention_days >= 30 && var.retention_days <= 730
    error_message = "Log Analytics keeps logs 30 to 730 days."
  }
}

variable "daily_quota_gb" {
  description = "Most that is taken in on one day, GB: what an endless loop may cost."
  type        = number
  default     = 5
  nullable    = false
}
