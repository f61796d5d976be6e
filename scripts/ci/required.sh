#!/usr/bin/env bash
# The one status that the branch's rules require. NEEDS is GitHub's `needs` as JSON: every job succeeded; only `test` may
# be skipped, where nothing has to be tested, and a skip of it needs a `changed` that succeeded.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/ci/lib.sh
failed=$(jq --raw-output '
  to_entries[] | select(.value.result != "success" and (.key != "test" or .value.result != "skipped"))
  | "\(.key): \(.value.result)"' <<<"$NEEDS")
[ -z "$failed" ] || fail "Not everything passed: ${failed//$'\n'/, }."
say "Everything passed."
