#!/usr/bin/env bash
# The cluster tests on a kind cluster of their own, which is removed afterwards.
set -euo pipefail
cd "$(dirname "$0")/../.."
name=streamcart-tests
KUBECONFIG=$(mktemp)
export KUBECONFIG
remove() {
  code=$?
  if [ "$code" != 0 ] && [ -n "${LOGS:-}" ]; then kind export logs "$LOGS" --name "$name" || true; fi
  kind delete cluster --name "$name"
  rm -f "$KUBECONFIG"
}
trap remove EXIT
kind create cluster --name "$name" --image "$(scripts/ci/tool.sh image kind-node)" --wait 120s
make test ARGS=cluster
