#!/usr/bin/env bash
# Every pinned program and image is there and is what its pin says: run each week and whenever a pin changes, so that a
# release that its maker took back is noticed before somebody needs it. Expects them on the path (tool.sh, go install).
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/ci/lib.sh

# try NAME WANTED COMMAND…: what the program says of itself holds its pinned version.
try() {
  local name=$1 wanted=$2 said
  shift 2
  said=$("$@" 2>&1) || fail "$name does not start: $said"
  grep --quiet --fixed-strings "$wanted" <<<"$said" || fail "$name is pinned to $wanted and says: $said"
  say "- $name $wanted"
}

try trivy "$(scripts/ci/tool.sh version trivy)" trivy --version
try cosign "$(scripts/ci/tool.sh version cosign)" cosign version
try oras "$(scripts/ci/tool.sh version oras)" oras version
try terraform "$(scripts/ci/tool.sh version terraform)" terraform version
module_version() { awk -v name="$1" '$1 == name { print $2 }' scripts/ci/go/go.mod; }
try kind "$(module_version sigs.k8s.io/kind)" kind version
try kubelogin "$(module_version github.com/Azure/kubelogin)" kubelogin --version

# Only the manifests are asked for: what is found can be pulled.
images() {
  awk '$1 == "FROM" && $2 ~ /@sha256:/ { print $2 }' docker/Dockerfile docker/tools/Dockerfile .devcontainer/Dockerfile
  awk '$1 == "image:" && $2 !~ /^streamcart\// { print $2 }' docker/compose.yaml
  awk '/^  images:/ { inside = 1; next } /^  [a-z]/ { inside = 0 } inside && $2 ~ /\// { print $2 }' charts/streamcart/values.yaml
}
for image in $(images | sort --unique); do
  # With a digest the tag is for people, and oras takes one of the two.
  case $image in *@*) wanted=${image%:*@*}@${image#*@} ;; *) wanted=$image ;; esac
  oras manifest fetch --descriptor "$wanted" >/dev/null || fail "$image is gone from its registry."
  say "- $image"
done
