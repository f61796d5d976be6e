#!/usr/bin/env bash
# terraform-data-plane.sh ENVIRONMENT FILE: what lies inside of the environment: secrets in its vault, Argo CD in its
# cluster. Planned and applied at once, on a machine that vault and API server let in.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/ci/lib.sh
environment=$1 plan=$2
root=infra/terraform/environments/data-plane
backend=(-backend-config="../$environment/backend.hcl" -backend-config="container_name=$environment")
readonly_lock=()
if [ -f "$root/.terraform.lock.hcl" ]; then readonly_lock=(-lockfile=readonly); fi
terraform -chdir="$root" init -input=false -reconfigure "${backend[@]}" "${readonly_lock[@]}"
terraform -chdir="$root" plan -input=false -no-color -var-file="$environment.tfvars" -out="$plan"
terraform -chdir="$root" apply -input=false -no-color "$plan"
say "The vault and Argo CD of $environment are applied."
