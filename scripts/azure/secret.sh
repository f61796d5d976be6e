#!/usr/bin/env bash
# secret.sh ENVIRONMENT NAME: writes a secret that nobody can make up, such as email-url, into the vault. Asks for the value.
source "$(dirname "$0")/common.sh"
environment=$(environment_of "$@")
[ $# = 2 ] || fail "say the environment and the secret's name, such as email-url"
need az
value=$(secret "$2 of $environment")

umask 077
file=$(mktemp)
trap 'rm -f "$file"' EXIT
printf %s "$value" >"$file"
az keyvault secret set --vault-name "$(setting name)-$environment-kv" --name "$2" --file "$file" --encoding utf-8 --output none
echo "$2 is in the vault; External Secrets takes it over within the hour."
