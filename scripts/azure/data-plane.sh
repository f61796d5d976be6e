#!/usr/bin/env bash
# data-plane.sh ENVIRONMENT: the secrets in its vault and Argo CD in its cluster, from an address that both let in.
source "$(dirname "$0")/common.sh"
environment=$(environment_of "$@")
need az kubelogin terraform
folder=$roots/data-plane

retry terraform -chdir="$folder" init -input=false -reconfigure -backend-config="../$environment/backend.hcl" -backend-config="container_name=$environment"
apply "$folder" -var-file="$environment.tfvars"
