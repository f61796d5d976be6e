#!/usr/bin/env bash
# audit.sh LOCK…: known vulnerabilities of what these files of requirements/ lock; its version without any. pip-audit has
# an environment of its own.
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=${RUNNER_TEMP:-${TMPDIR:-/tmp}}/pip-audit
if [ ! -x "$folder/bin/pip-audit" ]; then
  python3 -m venv "$folder"
  "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements/audit.txt
fi
if [ "$#" = 0 ]; then "$folder/bin/pip-audit" --version; fi
for lock in "$@"; do
  "$folder/bin/pip-audit" --disable-pip --require-hashes --progress-spinner off --requirement "$lock"
done
