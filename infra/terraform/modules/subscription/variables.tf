variable "name" {
  description = "Prefix of every name, such as streamcart-dev: lower-case letters, digits and hyphens, 3 to 20 characters."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,18}[a-z0-9]$", var.name))
    error_message = "The name must be 3 to 20 lower-case letters, digits and hyphens, and begin with a letter."
  }
}

variable "subscription_id" {
  description = "The subscription; the provider that is passed in must be its."
  type        = string
  nullable    = false
}

variable "defender" {
  description = "Whether Defender for Cloud watches containers, vaults, databases and storage accounts; it is paid for by size."
  type        = bool
  nullable    = false
}

variable "policies" {
  description = "Whether Azure's own policies are assigned: the security benchmark, the pods' baseline, allowed regions."
  type        = bool
  nullable    = false
}

variable "locations" {
  description = "Regions that resources may be in."
  type        = list(string)
  nullable    = false
}
