variable "environment" {
  description = "dev or prod."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["dev", "prod"], var.environment)
    error_message = "The environment is dev or prod."
  }
}

variable "settings" {
  description = "infra/settings.yaml, read."
  type = object({
    name     = string
    contact  = string
    location = string
    github   = object({ owner = string, repository = string, owner_id = number, repository_id = number })
    azure    = object({ tenant_id = string, administrators_group = string, administrators_group_id = string })
    environments = map(object({
      subscription_id   = string
      host              = string
      authorised_ranges = list(string)
    }))
  })
  nullable = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{2,9}$", var.settings.name))
    error_message = "settings.yaml: name must be 3 to 10 lower-case letters and digits, and begin with a letter."
  }

  validation {
    condition     = contains(keys(var.settings.environments), var.environment)
    error_message = "settings.yaml names no such environment."
  }
}

variable "sizes" {
  description = "What the environments differ in: pools of nodes, and the tiers of what Azure runs."
  type = object({
    cluster_tier     = string
    system_pool      = object({ vm_size = string, min = number, max = number })
    user_pool        = object({ vm_size = string, min = number, max = number })
    postgres         = optional(string, "B_Standard_B2s")
    postgres_version = optional(string, "18")
    postgres_shared  = optional(bool, false)
    postgres_standby = optional(bool, false)
    redis            = optional(string, "Balanced_B0")
    budget           = number
  })
  nullable = false
}

variable "address_space" {
  description = "The network's addresses, a /16."
  type        = string
  nullable    = false
}

variable "kubernetes_version" {
  description = "Minor version of Kubernetes, such as 1.36: raised by hand, in dev first; patches come by themselves."
  type        = string
  nullable    = false
}

variable "second_region" {
  description = "Whether backups and dumps are kept in the paired region too; not every region has one."
  type        = bool
  default     = true
  nullable    = false
}

variable "private_api" {
  description = "Whether the API server has an address in the network alone; whoever runs Terraform must be in it then."
  type        = bool
  default     = false
  nullable    = false
}

variable "managed_data" {
  description = "Whether databases, Redis and files are Azure's services; else the chart runs them in the cluster, and Azure keeps their dumps."
  type        = bool
  nullable    = false
}

variable "monitoring" {
  description = "managed or none."
  type        = string
  default     = "none"
  nullable    = false
}

variable "data_services" {
  description = "Services that have a database, in the order that they came to be."
  type        = list(string)
  default     = ["auth", "catalog", "payment", "video"]
  nullable    = false
}
