#!/usr/bin/env bash
# Whether there is a cloud to plan: the output `ready`. EVENT, REPOSITORY and HEAD_REPOSITORY are GitHub's, TENANT_ID is the
# repository's variable.
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
