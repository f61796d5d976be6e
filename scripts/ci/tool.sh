#!/usr/bin/env bash
# The pinned programs of the pipeline (docker/tools/Dockerfile).
#   tool.sh image NAME       the image, digest and all
#   tool.sh version NAME     its version, without a leading v
#   tool.sh install NAME…    the programs out of their images, onto the path of the steps that follow
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/ci/lib.sh

image() {
  local found
  found=$(awk -v name="$1" '$1 == "FROM" && $3 == "AS" && $4 == name { print $2 }' docker/tools/Dockerfile)
  [ -n "$found" ] || fail "docker/tools/Dockerfile has no image named $1."
  printf '%s\n' "$found"
}

version() {
  local found
  found=$(image "$1")
  found=${found%@*} found=${found##*:}
  printf '%s\n' "${found#v}"
}

program_in_image() {
  case $1 in
    trivy) echo /usr/local/bin/trivy ;;
    cosign) echo /ko-app/cosign ;;
    oras | terraform) echo "/bin/$1" ;;
    *) fail "$1 is an image that is used as it is." ;;
  esac
}

install_tool() {
  local folder=${RUNNER_TEMP:-${TMPDIR:-/tmp}}/tools source container
  source=$(program_in_image "$1")
  mkdir -p "$folder"
  # A program is copied out, and no container ever started.
  container=$(docker create "$(image "$1")" none)
  docker cp --follow-link "$container:$source" "$folder/$1"
  docker rm "$container" >/dev/null
  chmod 755 "$folder/$1"
  if [ -n "${GITHUB_PATH:-}" ]; then printf '%s\n' "$folder" >>"$GITHUB_PATH"; fi
  echo "$1 $(version "$1")"
}

command=${1:?image, version or install}
shift
case $command in
  image) image "$1" ;;
  version) version "$1" ;;
  install) for name in "$@"; do install_tool "$name"; done ;;
  *) fail "tool.sh knows image, version and install, not $command." ;;
esac
