#!/usr/bin/env bash
# bootstrap.sh: once for all environments: what subscriptions must know, where Terraform keeps its states, who the pipelines
# are and the registry. Its own state begins in a file, because the account does not exist yet, and then moves into it.
source "$(dirname "$0")/common.sh"
need az terraform
folder=$roots/bootstrap
name=$(setting name)
override=$folder/backend_override.tf
state=$folder/terraform.tfstate
has_account() {
  az storage account show --subscription "$(setting environments.prod.subscription_id)" --resource-group "$name-terraform" --name "${name}tfstate" --output none 2>/dev/null
}

# A state in a file, of this run or of one that was broken off, is the only one: the account's is empty until it has moved.
if [ -s "$state" ] || ! has_account; then
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
