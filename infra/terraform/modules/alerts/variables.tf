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

variable "tags" {
  description = "Tags of every resource."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "contact" {
  description = "E-mail address that is notified."
  type        = string
  nullable    = false
}

variable "targets" {
  description = "What is watched, by a name for each: its kind (cluster, postgres, redis, vault) and its ID."
  type        = map(object({ kind = string, id = string }))
  nullable    = false

  validation {
    condition     = alltrue([for target in var.targets : contains(["cluster", "postgres", "redis", "vault"], target.kind)])
    error_message = "A target is a cluster, postgres, redis or vault."
  }
}

variable "subscription_id" {
  description = "Subscription whose costs the budget counts."
  type        = string
  nullable    = false
}

variable "budget" {
  description = "Expected costs of a month, in the subscription's currency; people are notified at 80 %, at 100 % and when 120 % is forecast."
  type        = number
  nullable    = false

  validation {
    condition     = var.budget > 0
    error_message = "A budget is more than nothing."
  }
}

variable "budget_groups" {
  description = "Resource groups that the budget counts."
  type        = list(string)
  nullable    = false
}
