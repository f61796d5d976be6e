#!/usr/bin/env bash
# version.sh TAG REGISTRY: what strangers get of a version: the chart as an OCI artefact, signed, and a release on GitHub
# with one-file manifests. The images are published under their version already. Again is the same: nothing is twice.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/ci/lib.sh
tag=$1 registry=${2,,} version=${1#v}
python=${PYTHON:-.venv/bin/python}
case $registry in
  localhost:* | 127.0.0.1:*) plain=(--plain-http) ;;
  *) plain=() ;;
esac
digests=()
for service in auth catalog payment ui video; do
  image=$registry/streamcart/$service:$version
  found=$(oras resolve "${plain[@]}" "$image") || fail "$image is not published."
  digests+=(--digest "$service=$found")
done
dist=$(mktemp --directory)
trap 'rm -rf "$dist"' EXIT
mapfile -t files < <("$python" -m devtools.release.chart_release "$dist" --version "$version" --registry "$registry" "${digests[@]}")
[ "${#files[@]}" -gt 1 ] || fail "The chart of $version cannot be packaged."
helm=$("$python" -c 'from devtools.tools import helm; print(helm())')
pushed=$("$helm" push "${files[0]}" "oci://$registry/charts" "${plain[@]}" --registry-config "${DOCKER_CONFIG:-$HOME/.docker}/config.json" 2>&1) \
  || fail "The chart cannot be pushed: $pushed"
digest=$(sed -n 's/^Digest: *//p' <<<"$pushed")
cosign sign --yes "$registry/charts/streamcart@$digest"
if gh release view "$tag" >/dev/null 2>&1; then
  gh release upload "$tag" "${files[@]}" --clobber
else
  gh release create "$tag" "${files[@]}" --verify-tag --title "StreamCart $version" --generate-notes
fi
say "helm install streamcart oci://$registry/charts/streamcart --version $version"
