#!/usr/bin/env bash
# anonymous.sh VERSION REGISTRY: whether somebody without an account gets the images and the chart. GitHub makes a package
# as private as its repository was at first; it can be changed by hand only.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/ci/lib.sh
version=$1 registry=${2,,} private=()
case $registry in
  localhost:* | 127.0.0.1:*) plain=(--plain-http) ;;
  *) plain=() ;;
esac
# No credentials: a folder without a configuration.
nobody=$(mktemp --directory)
trap 'rm -rf "$nobody"' EXIT
for name in streamcart/{auth,catalog,payment,ui,video} charts/streamcart; do
  DOCKER_CONFIG=$nobody oras resolve "${plain[@]}" "$registry/$name:$version" >/dev/null 2>&1 || private+=("$name")
done
if [ "${#private[@]}" -gt 0 ]; then
  say "Not public: ${private[*]}. For each: the organisation's Packages, the package, Package settings, Change visibility, Public."
  exit 1
fi
say "Everybody may pull $version."
