variable "kubelogin_mode" {
  description = "How Terraform signs in to the cluster: azurecli (a person) or workloadidentity (GitHub's workflow)."
  type        = string
  default     = "azurecli"

  validation {
    condition     = contains(["azurecli", "workloadidentity"], var.kubelogin_mode)
    error_message = "kubelogin_mode is azurecli or workloadidentity."
  }
}
