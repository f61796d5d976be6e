#!/usr/bin/env bash
# repository.sh ENVIRONMENT APP_ID INSTALLATION_ID KEY_FILE: lets Argo CD read a private repository, as a GitHub App that may
# read its contents. A public one needs none of this.
source "$(dirname "$0")/common.sh"
environment=$(environment_of "$@")
[ $# = 4 ] || fail "say the environment, the GitHub App's ID, its installation's ID and the file of its private key"
need az kubectl kubelogin
connect "$environment"

kubectl create secret generic repository --namespace argocd --dry-run=client --output yaml \
  --from-literal=type=git --from-literal=url="https://github.com/$(setting github.owner)/$(setting github.repository)" \
  --from-literal=githubAppID="$2" --from-literal=githubAppInstallationID="$3" --from-file=githubAppPrivateKey="$4" |
  kubectl label --local --filename - --output yaml argocd.argoproj.io/secret-type=repository |
  kubectl apply --filename -
