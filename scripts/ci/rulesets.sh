#!/usr/bin/env bash
# rulesets.sh APP_ID: write .github/rulesets/ to the repository on GitHub, with the release app (its App ID) on the bypass
# lists. Again is the same: a ruleset of that name is replaced. Needs `gh` signed in as an administrator.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/ci/lib.sh
app=${1:?the App ID of the release app}
case $app in *[!0-9]*) fail "$app is no App ID: it is the number on the app's settings page, and not its client ID." ;; esac
for file in .github/rulesets/*.json; do
  ruleset=$(jq --argjson app "$app" '(.bypass_actors[] | select(.actor_type == "Integration")).actor_id = $app' "$file")
  name=$(jq --raw-output .name <<<"$ruleset")
  id=$(gh api "repos/{owner}/{repo}/rulesets" --jq ".[] | select(.name == \"$name\") | .id")
  if [ -n "$id" ]; then
    gh api --method PUT "repos/{owner}/{repo}/rulesets/$id" --input - <<<"$ruleset" >/dev/null
  else
    gh api --method POST "repos/{owner}/{repo}/rulesets" --input - <<<"$ruleset" >/dev/null
  fi
  say "The ruleset \"$name\" is on."
done
