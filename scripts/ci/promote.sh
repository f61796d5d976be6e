#!/usr/bin/env bash
# promote.sh SERVICE|all: a pull request with dev's images for prod. Twice is once: an open pull request stays, and what
# prod has already is no pull request. TOKEN pushes, GH_TOKEN opens the pull request.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/ci/lib.sh
git_sign_in
if ! branch=$(python3 -m devtools.release.gitops promote "$1" 2>&1); then
  fail "$branch"
fi
case $branch in
  "nothing to do"*)
    say "$branch"
    exit 0
    ;;
esac
open=$(gh pr list --head "$branch" --state open --json url --jq '.[].url')
if [ -n "$open" ]; then
  say "The promotion waits already: $open"
  exit 0
fi
title=$(git log -1 --format=%s "origin/$branch" 2>/dev/null || git log -1 --format=%s)
body="The images that dev runs, digest and all. When this is merged, the workflow *production* moves the branch *release*
to the merge, and Argo CD syncs. Production then follows these commits as well:

$(python3 -m devtools.release.gitops pending | sed 's/^/- /')"
if url=$(gh pr create --head "$branch" --base main --title "$title" --body "$body" 2>&1); then
  say "Merge it to promote: $url"
else
  # GitHub lets Actions open pull requests only where a setting says so; the branch is what counts.
  say "The branch $branch is pushed; open its pull request yourself (GitHub said: $url)."
  say "${GITHUB_SERVER_URL:-https://github.com}/${GITHUB_REPOSITORY:-}/compare/main...$branch?expand=1"
fi
