#!/usr/bin/env bash
# release.sh SERVICE TAG DIGEST: write a release of a service into dev's manifests on main. A run that ends after a newer
# one has nothing to do. TOKEN pushes.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/ci/lib.sh
git_sign_in
if ! said=$(python3 -m devtools.release.gitops bump dev "$1" --tag "$2" --digest "$3" --skip-older 2>&1); then
  fail "$said"
fi
say "$1 ${2:0:12}: $said"
