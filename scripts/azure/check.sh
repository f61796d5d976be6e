#!/usr/bin/env bash
# check.sh ENVIRONMENT: what must be true before anything is made: tools, rights, the region's quota of cores.
source "$(dirname "$0")/common.sh"
environment=$(environment_of "$@")
need az terraform kubelogin kubectl gh

location=$(setting location)
subscription=$(setting "environments.$environment.subscription_id")
group=$(setting azure.administrators_group_id)
wrong=0
complain() {
  echo "- $*"
  wrong=1
}

me=$(az ad signed-in-user show --query id --output tsv) || fail "sign in first: az login --tenant $(setting azure.tenant_id)"
[ "$(az account show --query tenantId --output tsv)" = "$(setting azure.tenant_id)" ] ||
  complain "az is signed in to another tenant: az login --tenant $(setting azure.tenant_id)"
[ -n "$(az role assignment list --subscription "$subscription" --assignee "$me" --include-groups --include-inherited --query "[?roleDefinitionName=='Owner'].id" --output tsv)" ] ||
  complain "you are not Owner of the subscription $subscription (bootstrap gives roles and registers features)"
[ "$(az ad group member check --group "$group" --member-id "$me" --query value --output tsv)" = true ] ||
  complain "you are not in the group $(setting azure.administrators_group): it opens the state, the vault and the cluster"

# Cores: of the nodes' family, and of the region.
while read -r family cores; do
  for quota in "$family" cores; do
    read -r used limit < <(az vm list-usage --subscription "$subscription" --location "$location" --query "[?name.value=='$quota'].[currentValue, limit]" --output tsv) ||
      { complain "$location knows no quota $quota: choose another size in infra/terraform/environments/$environment/main.tf"; continue; }
    [ $((limit - used)) -ge "$cores" ] ||
      complain "$environment may grow to $cores cores and $location has $((limit - used)) of $limit left in the quota $quota: ask for more in the portal (Quotas, Compute)"
  done
done < <("$python" "$root/scripts/azure/quotas.py" "$environment")

[ "$wrong" = 0 ] || fail "the points above come first."
echo "$environment can be made in $location."
