output "action_group_id" {
  description = "The address that is notified."
  value       = azurerm_monitor_action_group.people.id
}
