#!/usr/bin/env bash
# outputs.sh ENVIRONMENT: what Terraform made, written into the manifests: names, addresses, client IDs, nothing secret.
source "$(dirname "$0")/common.sh"
environment=$(environment_of "$@")
need terraform
folder=$roots/$environment

terraform -chdir="$folder" init -input=false -reconfigure -backend-config=backend.hcl >/dev/null
terraform -chdir="$folder" output -json values | (cd "$root" && "$python" -m devtools.release.settings take "$environment")
echo "Enter these name servers as NS records of $(setting "environments.$environment.host") where its parent domain is kept:"
terraform -chdir="$folder" output name_servers
echo "Commit what changed under argocd/ and infra/outputs/."
