#!/usr/bin/env bash
# publish.sh REPOSITORY TAG LAYOUT…: one image of the architectures' layouts. Pushed by digest, signed, and only then
# given its tag, so that no tag ever names an image without a signature. Output: digest.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/ci/lib.sh
repository=$1 tag=$2
shift 2
merged=$(mktemp --directory)
trap 'rm -rf "$merged"' EXIT
digest=$(python3 -m devtools.release.oci "$merged" "$@")
# A registry on this machine (a test's) has no TLS.
case $repository in
  localhost:* | 127.0.0.1:*) plain=(--plain-http) to_plain=(--to-plain-http) ;;
  *) plain=() to_plain=() ;;
esac
oras cp --no-tty --from-oci-layout "${to_plain[@]}" "$merged@$digest" "$repository@$digest"
cosign sign --yes "$repository@$digest"
oras tag "${plain[@]}" "$repository@$digest" "$tag"
output digest "$digest"
say "Published and signed: $repository:$tag@$digest"
