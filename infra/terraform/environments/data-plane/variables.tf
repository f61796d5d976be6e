variable "environment" {
  description = "dev or prod; the rest of an environment's values is in the file <environment>.tfvars."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["dev", "prod"], var.environment)
    error_message = "The environment is dev or prod."
  }
}

variable "managed_data" {
  description = "The same as the environment's: whether databases and Redis are Azure's services, which have no passwords."
  type        = bool
  nullable    = false
}

variable "replicas" {
  description = "Pods of each part of Argo CD that serves."
  type        = number
  nullable    = false
}

variable "kubernetes_login" {
  description = "How kubelogin signs in: azurecli (people, after az login) or workloadidentity (workflows: a new assertion for each call)."
  type        = string
  default     = "azurecli"
  nullable    = false

  validation {
    condition     = contains(["azurecli", "workloadidentity"], var.kubernetes_login)
    error_message = "kubelogin signs in with azurecli or workloadidentity."
  }
}
