variable "environment" {
  description = "Name that the cluster has in Argo CD: dev or prod."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["dev", "prod"], var.environment)
    error_message = "The environment is dev or prod."
  }
}

variable "bootstrap_manifest" {
  description = "Path of argocd/bootstrap.yaml."
  type        = string
  nullable    = false

  validation {
    condition     = fileexists(var.bootstrap_manifest)
    error_message = "There is no such bootstrap manifest."
  }
}

variable "chart_version" {
  description = "Version of the chart argo-cd (Argo CD 3.5 or newer)."
  type        = string
  default     = "10.9.3"
  nullable    = false
}

variable "apps_chart_version" {
  description = "Version of the chart argocd-apps."
  type        = string
  default     = "2.0.2"
  nullable    = false
}

variable "replicas" {
  description = "Pods of what serves; one is enough where nobody waits."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.replicas >= 1
    error_message = "One pod at least."
  }
}
