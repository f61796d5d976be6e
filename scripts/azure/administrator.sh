#!/usr/bin/env bash
# administrator.sh ENVIRONMENT EMAIL NAME: makes an account that may do everything in the admin. Asks for its password.
source "$(dirname "$0")/common.sh"
environment=$(environment_of "$@")
[ $# = 3 ] || fail "say the environment, the address and the name: administrator.sh dev ada@shop.example 'Ada Lovelace'"
need az kubectl kubelogin
password=$(secret "Password of $2")
connect "$environment"

# A file, since a process that is not root may not open the pipe of `kubectl exec` by its name.
"$python" -c '
import json, sys
password = sys.stdin.read().removesuffix("\n")
print(json.dumps([{"email": sys.argv[1], "name": sys.argv[2], "password": password, "roles": ["admin"]}]))' "$2" "$3" <<<"$password" |
  kubectl --namespace auth exec --stdin deployment/auth-web -- python -c '
import subprocess, sys, tempfile
with tempfile.NamedTemporaryFile() as file:
    file.write(sys.stdin.buffer.read())
    file.flush()
    sys.exit(subprocess.run([sys.executable, "manage.py", "auth", "import_users", file.name]).returncode)'
