#!/usr/bin/env bash
# lock.sh: writes .terraform.lock.hcl into every root, with the hashes that the providers' makers publish, for the machines of
# workflows and people. Commit the files; Dependabot raises them.
source "$(dirname "$0")/common.sh"
need terraform
for folder in "$roots"/*/; do
  # Terraform reads what the modules require, and refuses while one is not installed.
  terraform -chdir="$folder" get
  terraform -chdir="$folder" providers lock -platform=linux_amd64 -platform=linux_arm64 -platform=darwin_arm64 -platform=windows_amd64
done
