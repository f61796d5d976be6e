#!/usr/bin/env bash
# advance.sh EVENT BEFORE COMMIT: move the branch `release`, which production follows. After a push to main, if it changed
# an image of production; when it is started by hand, always: for templates and settings without a new image. TOKEN pushes.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/ci/lib.sh
git_sign_in
target=$3
if [ "$1" = push ]; then
  if ! git rev-parse --verify --quiet "$2^{commit}" >/dev/null; then
    say "There is nothing to compare with before $target (a new branch, or one that was overwritten): start the workflow by hand."
    exit 0
  fi
  services=$(python3 -m devtools.release.gitops promoted "$2" "$target")
  if [ -z "$services" ]; then
    say "No image of production changed: production follows with the next promotion."
    exit 0
  fi
  say "Promoted: $services"
fi
if ! said=$(python3 -m devtools.release.gitops advance "$target" 2>&1); then
  fail "$said"
fi
say "$said"
