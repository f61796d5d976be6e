#!/usr/bin/env bash
# The repository's address, from infra/settings.yaml, for images and charts. Without a YAML library, which a build has
# none of: a test holds it against devtools.release.settings.
set -euo pipefail
cd "$(dirname "$0")/../.."
awk '
  /^[a-z]/ { inside = ($1 == "github:") }
  inside && $1 == "owner:" { owner = $2 }
  inside && $1 == "repository:" { repository = $2 }
  END { if (owner == "" || repository == "") exit 1; print "https://github.com/" owner "/" repository }
' infra/settings.yaml
