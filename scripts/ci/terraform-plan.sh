#!/usr/bin/env bash
# terraform-plan.sh ENVIRONMENT FILE: a plan of an environment, kept in FILE so that exactly it can be applied. Outputs:
# changes (true when there is something to apply) and sha256 of the file. It reads the state and locks nothing.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/ci/lib.sh
environment=$1 plan=$2
root=infra/terraform/environments/$environment
if [ -z "${ARM_CLIENT_ID:-}" ]; then
  say "$environment is not planned: GitHub's environment $environment-plan has no variable AZURE_CLIENT_ID (docs/azure.md, GitHub)."
  output changes false
  exit 0
fi
readonly_lock=()
if [ -f "$root/.terraform.lock.hcl" ]; then readonly_lock=(-lockfile=readonly); fi
terraform -chdir="$root" init -input=false -backend-config=backend.hcl "${readonly_lock[@]}"
code=0
terraform -chdir="$root" plan -input=false -lock=false -no-color -detailed-exitcode -out="$plan" || code=$?
case $code in
  0) changes=false ;;
  2) changes=true ;;
  *) fail "$environment cannot be planned." ;;
esac
# A summary holds a megabyte.
say "### $environment"
say '```'
say "$(terraform -chdir="$root" show -no-color "$plan" | head --bytes=900000)"
say '```'
output changes "$changes"
output sha256 "$(sha256sum "$plan" | cut --delimiter=' ' --fields=1)"
