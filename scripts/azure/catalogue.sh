#!/usr/bin/env bash
# catalogue.sh ENVIRONMENT FOLDER: imports FOLDER/catalogue.json with the pictures beside it, the first time; later imports go
# through the admin (docs/importing.md).
source "$(dirname "$0")/common.sh"
environment=$(environment_of "$@")
[ -f "${2:-}/catalogue.json" ] || fail "say a folder that holds catalogue.json and the pictures that it names"
need az kubectl kubelogin tar
connect "$environment"

# The image has no tar; Python unpacks.
tar --create --directory "$2" . |
  kubectl --namespace catalog exec --stdin deployment/catalog-web -- python -c '
import subprocess, sys, tarfile, tempfile
with tempfile.TemporaryDirectory() as folder:
    tarfile.open(fileobj=sys.stdin.buffer, mode="r|").extractall(folder, filter="data")
    command = ["manage.py", "catalog", "import_products", f"{folder}/catalogue.json", "--images", folder]
    sys.exit(subprocess.run([sys.executable, *command]).returncode)'
