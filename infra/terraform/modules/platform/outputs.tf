output "values" {
  description = "What the chart's values and the add-ons need; `python -m devtools.release.settings take` writes it into argocd/environments."
  value = {
    environment       = var.environment
    host              = local.its.host
    contact           = var.settings.contact
    location          = azurerm_resource_group.this.location
    resource_group    = azurerm_resource_group.this.name
    tenant_id         = var.settings.azure.tenant_id
    subscription      = local.its.subscription_id
    registry          = "${var.settings.name}images.azurecr.io"
    vault_uri         = module.keyvault.uri
    kubelet_client_id = module.cluster.kubelet_client_id
    endpoints_cidr    = module.network.endpoints_cidr
    identities = {
      for name, client_id in module.identity.client_ids : name => { client_id = client_id, principal_id = module.identity.principal_ids[name] }
    }
    postgres = !var.managed_data ? null : {
      for service in var.data_services : service => merge(module.postgres.servers[var.sizes.postgres_shared ? "shared" : service], {
        administrator = {
          user      = "${local.name}-database-administrator"
          client_id = module.identity.client_ids["database-administrator"]
        }
      })
    }
    redis    = !var.managed_data ? null : { host = module.redis[0].host, cidr = module.network.endpoints_cidr }
    accounts = merge(module.storage.accounts, { for key, intake in module.intake : key => intake.account })
  }
}

output "name_servers" {
  description = "Enter these as NS records of the host at its parent domain."
  value       = module.dns.name_servers
}

output "outbound_address" {
  description = "The address that the cluster's calls come from."
  value       = module.network.outbound_address
}

output "grafana_url" {
  description = "Dashboards, where Azure runs them."
  value       = module.monitoring.grafana_url
}
