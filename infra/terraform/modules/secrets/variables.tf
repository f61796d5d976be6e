variable "key_vault_id" {
  description = "Vault that the secrets go into."
  type        = string
  nullable    = false
}

variable "generated" {
  description = "Names of secrets to generate: 48 letters and digits."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for name in var.generated : can(regex("^[a-z][a-z0-9-]+$", name))])
    error_message = "Names of secrets are lower-case letters, digits and hyphens."
  }
}

variable "generated_keys" {
  description = "Names of encryption keys to generate: 32 bytes in base64."
  type        = set(string)
  default     = []
  nullable    = false
}
