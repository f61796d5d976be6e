#!/usr/bin/env bash
# github.sh REVIEWER…: the GitHub environments with their reviewers (users, or teams as @team) and variables, none of them
# secret. Production is applied and released from main, and only when somebody else has approved it.
source "$(dirname "$0")/common.sh"
[ $# -gt 0 ] || fail "say who approves production: github.sh somebody @platform-team"
need gh terraform
owner=$(setting github.owner)
repository=$owner/$(setting github.repository)
api=repos/$repository
output() { terraform -chdir="$roots/bootstrap" output -json "$1"; }
field() { "$python" -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }

reviewers=()
for reviewer; do
  case $reviewer in
    @*) reviewers+=("{\"type\": \"Team\", \"id\": $(gh api "orgs/$owner/teams/${reviewer#@}" --jq .id)}") ;;
    *) reviewers+=("{\"type\": \"User\", \"id\": $(gh api "users/$reviewer" --jq .id)}") ;;
  esac
done
approved=$(IFS=,; echo "${reviewers[*]}")

# A plan reads no secret, so plans need no approval; applying does, from main alone.
environment() {
  gh api --method PUT "$api/environments/$1" --input - >/dev/null
}
everywhere='{"reviewers": null, "deployment_branch_policy": null}'
main='"deployment_branch_policy": {"protected_branches": false, "custom_branch_policies": true}'
echo "$everywhere" | environment dev-plan
echo "$everywhere" | environment prod-plan
echo "{\"reviewers\": null, $main}" | environment dev
echo "{\"reviewers\": null, $main}" | environment release
# Whoever is alone approves what is their own; of several, another one does.
another=false
if [ $# -gt 1 ] || [[ $1 == @* ]]; then another=true; fi
for name in prod promotion; do
  echo "{\"prevent_self_review\": $another, \"reviewers\": [$approved], $main}" | environment "$name" ||
    fail "GitHub gives $name no reviewers. In a private repository that takes GitHub Enterprise; a public one has them on every plan."
done
for name in dev prod promotion release; do
  gh api "$api/environments/$name/deployment-branch-policies" --jq '.branch_policies[].name' | grep --quiet --line-regexp main ||
    gh api --method POST "$api/environments/$name/deployment-branch-policies" --field name=main >/dev/null
done

clients=$(output client_ids)
for name in dev prod; do
  for environment in "$name" "$name-plan"; do
    gh variable set AZURE_CLIENT_ID --repo "$repository" --env "$environment" --body "$(field "$environment" <<<"$clients")"
    gh variable set AZURE_SUBSCRIPTION_ID --repo "$repository" --env "$environment" --body "$(setting "environments.$name.subscription_id")"
  done
done
variables=$(output github_variables)
for variable in REGISTRY AZURE_CLIENT_ID AZURE_TENANT_ID AZURE_SUBSCRIPTION_ID; do
  gh variable set "$variable" --repo "$repository" --body "$(field "$variable" <<<"$variables")"
done
echo "Environments and variables of $repository are set."
