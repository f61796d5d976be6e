#!/usr/bin/env bash
# Where this run's images go, if anywhere: the output `registry`, empty when they are built and scanned only.
# EVENT and REF are GitHub's; REGISTRY and CLIENT_ID are the repository's variables.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/ci/lib.sh

registry=
if [ "$EVENT" = pull_request ]; then
  say "A pull request: the image is built and scanned, and published after the merge."
elif [ "$REF" != refs/heads/main ]; then
  say "$REF is not main: the image is built and scanned, and not published."
elif [ -z "${REGISTRY:-}" ]; then
  say "The repository has no variable REGISTRY: the image is built and scanned, and not published (docs/azure.md, GitHub)."
elif [ -z "${CLIENT_ID:-}" ]; then
  say "The repository has no variable AZURE_CLIENT_ID: nobody may push to $REGISTRY, so nothing is published (docs/azure.md, GitHub)."
else
  registry=$REGISTRY
  say "The image goes to $registry."
fi
output registry "$registry"
