output "pair" {
  description = "The paired region, or null: then nothing may be kept in a second region."
  value       = lookup(local.pairs, var.location, null)
}
