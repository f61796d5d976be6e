#!/usr/bin/env bash
# What the tests look at and a machine of GitHub's does not have.
set -euo pipefail
cd "$(dirname "$0")/../.."
sudo apt-get update -qq
sudo apt-get install -y -qq --no-install-recommends prometheus docker-registry
scripts/ci/tool.sh install terraform oras
