#!/usr/bin/env bash
# environment.sh ENVIRONMENT: what Azure runs for an environment: plan, your yes, apply, and the values for the manifests.
source "$(dirname "$0")/common.sh"
environment=$(environment_of "$@")
need az terraform
folder=$roots/$environment

retry terraform -chdir="$folder" init -input=false -reconfigure -backend-config=backend.hcl
apply "$folder"
"$root/scripts/azure/outputs.sh" "$environment"
