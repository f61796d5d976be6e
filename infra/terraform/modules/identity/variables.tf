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

variable "identities" {
  description = <<-EOT
    Identities by name, each with who signs its tokens and for which subjects: a service account
    (system:serviceaccount:<namespace>:<name>), or a GitHub workflow by immutable subject
    (repo:<owner>@<owner id>/<repository>@<repository id>:<context>), which a renamed or re-created repository cannot imitate.
  EOT
  type        = map(object({ issuer = string, subjects = list(string) }))
  nullable    = false

  validation {
    condition = alltrue(flatten([
      for identity in var.identities : [
        for subject in identity.subjects : can(regex(
          "^(system:serviceaccount:[a-z0-9-]+:[a-z0-9-]+|repo:[^/@:*]+@[0-9]+/[^/@:*]+@[0-9]+:(environment:[a-z-]+|ref:refs/heads/[a-z-]+|pull_request))$",
          subject,
        ))
      ]
    ]))
    error_message = "A subject must name one service account, or a workflow of one repository with the owner's and the repository's numeric IDs."
  }

  validation {
    condition     = alltrue([for identity in var.identities : startswith(identity.issuer, "https://")])
    error_message = "An issuer must be an https address."
  }
}
