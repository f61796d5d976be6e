output "action_group_id" {
  description = "Who is told."
  value       = azurerm_monitor_action_group.people.id
}
