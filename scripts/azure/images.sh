#!/usr/bin/env bash
# images.sh: builds, scans, signs and releases every service's image to dev, on GitHub.
source "$(dirname "$0")/common.sh"
need gh
for service in auth catalog payment ui video; do
  gh workflow run "$service.yml" --repo "$(setting github.owner)/$(setting github.repository)" --ref main
done
