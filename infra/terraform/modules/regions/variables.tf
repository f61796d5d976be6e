variable "location" {
  description = "Azure region, such as westeurope."
  type        = string
  nullable    = false
}
