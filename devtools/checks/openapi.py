"""`make openapi`: generates the checked-in OpenAPI documents."""

from __future__ import annotations

import os
import subprocess
import sys

from devtools.checks.lint import ENVIRONMENT
from devtools.project import DATA_SERVICES, ROOT

if __name__ == "__main__":
    for service in DATA_SERVICES:
        path = f"apps/{service}/openapi.yaml"
        command = [sys.executable, "manage.py", service, "spectacular", "--file", path, "--validate", "--fail-on-warn"]
        subprocess.run(command, cwd=ROOT, env=dict(os.environ) | ENVIRONMENT, check=True)
        print(path)
