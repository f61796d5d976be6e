# Sourced by the scripts beside it: where the repository is, its settings, questions and failures.
# shellcheck shell=bash
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck disable=SC2034 # Scripts that source this use it.
roots=$root/infra/terraform/environments
python=${PYTHON:-$root/.venv/bin/python}
[ -x "$python" ] || python=python3

fail() {
  echo "${0##*/}: $*" >&2
  exit 1
}

# One value of infra/settings.yaml.
setting() { (cd "$root" && "$python" -m devtools.release.settings get "$1"); }

need() {
  local tool
  for tool; do
    command -v "$tool" >/dev/null || fail "$tool is not installed; docs/azure.md lists what is needed."
  done
}

# The environment that a script is called for: its first argument.
environment_of() {
  case ${1:-} in
    dev | prod) echo "$1" ;;
    *) fail "say which environment: dev or prod" ;;
  esac
}

# Asks for confirmation, unless ASSUME_YES=1 is set.
confirm() {
  local reply
  [ "${ASSUME_YES:-}" = 1 ] && return
  read -r -p "$1 [y/N] " reply
  [ "$reply" = y ] || fail "nothing was changed."
}

# Reads a secret from the keyboard (or a pipe), never from the command line, where every process sees it.
secret() {
  local value
  if [ -t 0 ]; then
    read -r -s -p "$1: " value
    echo >&2
  else
    read -r value || [ -n "$value" ]
  fi
  [ -n "$value" ] || fail "$1 is empty."
  printf %s "$value"
}

# A new role assignment takes effect within ten minutes; until then the state is refused.
retry() {
  local try
  for try in $(seq 1 "${RETRIES:-20}"); do
    "$@" && return
    [ "$try" = "${RETRIES:-20}" ] || sleep "${RETRY_SECONDS:-30}"
  done
  fail "gave up: $*"
}

# Plans a root, shows the plan, asks, and applies exactly what was shown. Further arguments go to the plan. In a subshell,
# so that its plan is removed however it ends, and its trap is nobody else's.
apply() (
  folder=$1 code=0
  shift
  plan=$(mktemp)
  trap 'rm -f "$plan"' EXIT
  terraform -chdir="$folder" plan -input=false -detailed-exitcode -out="$plan" "$@" || code=$?
  case $code in
    0) echo "Nothing to change in ${folder##*/}." ;;
    2)
      confirm "Apply this plan of ${folder##*/}?"
      terraform -chdir="$folder" apply -input=false "$plan"
      ;;
    *) fail "the plan of ${folder##*/} failed." ;;
  esac
)

# kubectl for an environment's cluster, as the person who is signed in with `az login`.
connect() {
  local name
  name=$(setting name)-$1
  export KUBECONFIG=$root/var/azure/$1.kubeconfig
  if [ ! -f "$KUBECONFIG" ]; then
    mkdir -p "$(dirname "$KUBECONFIG")"
    az aks get-credentials --subscription "$(setting "environments.$1.subscription_id")" --resource-group "$name" --name "$name" --file "$KUBECONFIG"
    kubelogin convert-kubeconfig --login azurecli
  fi
}
