#!/usr/bin/env bash
# Whether there is a cloud to plan (the output `ready`), and whether the pipeline reaches the inside of production
# (`inside_prod`). EVENT, REPOSITORY and HEAD_REPOSITORY are GitHub's, TENANT_ID and RUNNER the repository's variables.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/ci/lib.sh
ready=false
if [ -z "${TENANT_ID:-}" ]; then
  say "Skipped: the repository has no variable AZURE_TENANT_ID, so there is no cloud yet (docs/azure.md, GitHub)."
elif [ "$EVENT" = pull_request ] && [ "${HEAD_REPOSITORY:-}" != "$REPOSITORY" ]; then
  say "Skipped: a pull request from a fork gets no token of Azure. It is checked, and planned after the merge."
else
  ready=true
fi
output ready "$ready"
if [ -n "${RUNNER:-}" ]; then
  output inside_prod true
else
  output inside_prod false
  if [ "$ready" = true ] && [ "$EVENT" = push ]; then
    say "Production's vault and API server accept connections from named addresses alone, and GitHub's machines have none. Name a runner of yours in the repository's variable TERRAFORM_RUNNER, or run \`scripts/azure/data-plane.sh prod\` from an address that is let in."
  fi
fi
