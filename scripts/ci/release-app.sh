#!/usr/bin/env bash
# release-app.sh APP_ID CLIENT_ID KEY_FILE: let the release app write to the protected branches (docs/gitops.md, Protect the
# branches): the environments that hold its key, for main alone, and the rulesets. Again is the same. Needs `gh` signed in
# as an administrator, who becomes the reviewer of the environment `promotion` where that is not there yet.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/ci/lib.sh
app=${1:?the App ID} client=${2:?the client ID} key=${3:?the file with the private key}
[ -r "$key" ] || fail "$key cannot be read."
me=$(gh api user --jq .id)
branches='"deployment_branch_policy": {"protected_branches": false, "custom_branch_policies": true}'
for environment in release promotion; do
  reviewers='"reviewers": null'
  if [ "$environment" = promotion ]; then reviewers="\"reviewers\": [{\"type\": \"User\", \"id\": $me}]"; fi
  # One that is there has its reviewers.
  if ! gh api "repos/{owner}/{repo}/environments/$environment" >/dev/null 2>&1; then
    gh api --method PUT "repos/{owner}/{repo}/environments/$environment" --input - <<<"{$reviewers, $branches}" >/dev/null
  fi
  policies="repos/{owner}/{repo}/environments/$environment/deployment-branch-policies"
  if ! gh api "$policies" --jq '.branch_policies[].name' | grep --quiet --line-regexp main; then
    gh api --method POST "$policies" --raw-field name=main >/dev/null
  fi
  gh secret set RELEASE_APP_PRIVATE_KEY --env "$environment" <"$key"
  say "The environment \"$environment\" has the key."
done
gh variable set RELEASE_APP_CLIENT_ID --body "$client"
scripts/ci/rulesets.sh "$app"
