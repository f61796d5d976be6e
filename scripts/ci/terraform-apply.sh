#!/usr/bin/env bash
# terraform-apply.sh ENVIRONMENT FILE SHA256: apply the plan that was reviewed, and never another one. When the state has
# moved since, Terraform refuses the plan.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/ci/lib.sh
environment=$1 plan=$2 sha256=$3
root=infra/terraform/environments/$environment
sha256sum --check --status <<<"$sha256  $plan" || fail "This is not the plan that was reviewed: $plan has another checksum."
readonly_lock=()
if [ -f "$root/.terraform.lock.hcl" ]; then readonly_lock=(-lockfile=readonly); fi
terraform -chdir="$root" init -input=false -backend-config=backend.hcl "${readonly_lock[@]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! terraform -chdir="$root" apply -input=false -no-color "$plan" 2>&1 | tee "$log"; then
  if grep --quiet 'Saved plan is stale' "$log"; then
    fail "$environment changed after the plan was made, so nothing was applied. Choose \"Re-run all jobs\", and review the new plan."
  fi
  fail "$environment was not applied completely. What was applied is in the state: fix the cause, then \"Re-run all jobs\"."
fi
terraform -chdir="$root" output -json values | python3 -m devtools.release.settings take "$environment"
changed=$(git status --short)
if [ -n "$changed" ]; then
  say "$environment is applied. Commit what the manifests have to say now (docs/azure.md):"
  say '```'
  say "$changed"
  say '```'
else
  say "$environment is applied, and the manifests say so already."
fi
