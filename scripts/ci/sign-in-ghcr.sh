#!/usr/bin/env bash
# Sign in to GitHub's registry with TOKEN, for oras, cosign and Helm. Outputs: registry (of OWNER; registries know no upper
# case) and version (of the tag that is built).
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/ci/lib.sh
oras login ghcr.io --username "$OWNER" --password-stdin <<<"$TOKEN"
output registry "ghcr.io/${OWNER,,}"
output version "${GITHUB_REF_NAME#v}"
