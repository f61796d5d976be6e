#!/usr/bin/env bash
# Which parts of the tests this run needs: the output `parts`. BASE is the branch of a pull request; without one (main), all.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/ci/lib.sh
# Alone in its line: inside of another command its failure would be lost, and nothing tested.
parts=$(python3 -m devtools.checks.changed ${BASE:+"origin/$BASE"})
output parts "$parts"
