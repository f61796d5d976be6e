#!/usr/bin/env bash
# promote.sh: opens the pull request that gives production what dev runs, all services.
source "$(dirname "$0")/common.sh"
need gh
gh workflow run promote.yml --repo "$(setting github.owner)/$(setting github.repository)" --ref main --field service=all
