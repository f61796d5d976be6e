#!/usr/bin/env bash
# bootstrap.sh: once for all environments: what subscriptions must know, where Terraform keeps its states, who the pipelines
# are and the registry. Its own state begins in a file, because the account does not exist yet, and then moves into it.
source "$(dirname "$0")/common.sh"
need az terraform
folder=$roots/bootstrap
name=$(setting name)
override=$folder/backend_override.tf
state=$folder/terraform.tfstate
# The list of resources is empty in a subscription that knows no storage yet; a failure (signed out, no network) says nothing.
account=$(az resource list --subscription "$(setting environments.prod.subscription_id)" --resource-type Microsoft.Storage/storageAccounts --query "[?name=='${name}tfstate'].id" --output tsv) ||
  fail "Azure does not say whether ${name}tfstate exists: sign in (az login) and try again."

# A state in a file, of this run or of one that was broken off, is the only one: the account's is empty until it has moved.
if [ -s "$state" ] || [ -z "$account" ]; then
  trap 'rm -f "$override"' EXIT
  printf 'terraform {\n  backend "local" {}\n}\n' >"$override"
  terraform -chdir="$folder" init -input=false -reconfigure
  apply "$folder"
  rm "$override"
  retry terraform -chdir="$folder" init -input=false -migrate-state -force-copy -backend-config=backend.hcl
  rm -f "$state" "$state.backup"
else
  retry terraform -chdir="$folder" init -input=false -reconfigure -backend-config=backend.hcl
  apply "$folder"
fi
terraform -chdir="$folder" output
