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

variable "kind" {
  description = "managed (Azure's Prometheus and Grafana) or none (kube-prometheus-stack in the cluster)."
  type        = string
  default     = "none"
  nullable    = false

  validation {
    condition     = contains(["managed", "none"], var.kind)
    error_message = "Monitoring is managed or none."
  }
}

variable "cluster_id" {
  description = "Cluster that is watched."
  type        = string
  nullable    = false
}
