#!/usr/bin/env bash
# settings.sh GROUP OWNER/REPOSITORY: prints what infra/settings.yaml asks for, from whom you are signed in as.
source "$(dirname "$0")/common.sh"
[ $# = 2 ] || fail "say the group of administrators and the repository: settings.sh platform-administrators acme/shop"
need az gh

echo "tenant_id: $(az account show --query tenantId --output tsv)"
echo "administrators_group: $1"
echo "administrators_group_id: $(az ad group show --group "$1" --query id --output tsv)"
gh api "repos/$2" --jq '"owner_id: \(.owner.id)\nrepository_id: \(.id)"'
az account list --query "[].{subscription: name, subscription_id: id}" --output table
