#!/usr/bin/env bash
# scan.sh ARCHIVE LAYOUT: unpack what the build wrote and look for known vulnerabilities in it. What is scanned here is,
# byte for byte, what publish.sh pushes. A high or critical finding that a fix exists for stops the pipeline.
set -euo pipefail
cd "$(dirname "$0")/../.."
archive=$1 layout=$2
mkdir -p "$layout"
tar --extract --file "$archive" --directory "$layout"
trivy image --input "$layout" --scanners vuln --severity HIGH,CRITICAL --ignore-unfixed --exit-code 1 \
  --no-progress --disable-telemetry --skip-version-check
