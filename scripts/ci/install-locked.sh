#!/usr/bin/env bash
# install-locked.sh PACKAGE: one package by the hashes of requirements/dev.txt, for a step that needs nothing else of it.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/ci/lib.sh
folder=${RUNNER_TEMP:-${TMPDIR:-/tmp}}/python
lock=$(mktemp)
trap 'rm -f "$lock"' EXIT
awk -v name="${1,,}==" 'tolower($1) ~ "^" name { inside = 1; print; next } inside && /^    --hash/ { print; next } { inside = 0 }' \
  requirements/dev.txt >"$lock"
[ -s "$lock" ] || fail "requirements/dev.txt does not lock $1."
python3 -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --target "$folder" --requirement "$lock"
if [ -n "${GITHUB_ENV:-}" ]; then printf 'PYTHONPATH=%s\n' "$folder" >>"$GITHUB_ENV"; fi
echo "$1 is in $folder"
