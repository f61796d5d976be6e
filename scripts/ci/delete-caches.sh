#!/usr/bin/env bash
# delete-caches.sh REF: the caches of a closed pull request. One that is gone meanwhile is gone.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/ci/lib.sh
count=0
for cache in $(gh cache list --ref "$1" --limit 100 --json id --jq '.[].id'); do
  if said=$(gh cache delete "$cache" 2>&1); then
    count=$((count + 1))
  elif ! grep --quiet --ignore-case 'not find\|not found\|404' <<<"$said"; then
    fail "The cache $cache cannot be deleted: $said"
  fi
done
say "Deleted $count caches of $1."
