#!/usr/bin/env bash
# What a build is made with, as outputs: buildkit and sbom (images by digest) and source (the repository's address).
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/ci/lib.sh
output buildkit "$(scripts/ci/tool.sh image buildkit)"
output sbom "$(scripts/ci/tool.sh image sbom)"
output source "$(scripts/ci/source.sh)"
