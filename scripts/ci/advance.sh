#!/usr/bin/env bash
# Move the branch `release`, which production follows. TOKEN pushes.
#   advance.sh push BEFORE AFTER    after a push to main: to it, if it changed an image of production
#   advance.sh to COMMIT            to a commit of main, for templates and settings without a new image
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/ci/lib.sh
git_sign_in
case $1 in
  push)
    target=$3
    if ! git rev-parse --verify --quiet "$2^{commit}" >/dev/null; then
      say "There is nothing to compare with before $target (a new branch, or one that was overwritten): start the workflow by hand."
      exit 0
    fi
    services=$(python3 -m house.release promoted "$2" "$target") || exit 1
    if [ -z "$services" ]; then
      say "No image of production changed: production follows with the next promotion."
      exit 0
    fi
    say "Promoted: $services"
    ;;
  to) target=$2 ;;
  *) fail "advance.sh knows push and to, not $1." ;;
esac
if ! said=$(python3 -m house.release advance "$target" 2>&1); then
  fail "$said"
fi
say "$said"
