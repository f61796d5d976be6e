# Sourced by the scripts of this folder, which hold the shell of the workflows' jobs. Away from GitHub (in a test, or on
# a developer's machine) summaries and outputs go to the terminal.
# shellcheck shell=bash

# say TEXT: a line of the log and of the run's summary, where people look first.
say() {
  printf '%s\n' "$*"
  if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then printf '%s\n' "$*" >>"$GITHUB_STEP_SUMMARY"; fi
}

# fail TEXT: what went wrong and what to do about it.
fail() {
  if [ -n "${GITHUB_ACTIONS:-}" ]; then printf '::error::%s\n' "$*"; fi
  say "$*" >&2
  exit 1
}

# output NAME VALUE: an output of the step.
output() {
  printf '%s=%s\n' "$1" "$2" | tee -a "${GITHUB_OUTPUT:-/dev/null}"
}

# git_sign_in: who commits, and with TOKEN who pushes. The token goes by the environment: it is in no file and in no
# process's arguments.
git_sign_in() {
  git config user.name streamcart-release
  git config user.email release@streamcart.example
  if [ -n "${TOKEN:-}" ]; then
    local secret
    secret=$(printf 'x-access-token:%s' "$TOKEN" | base64 --wrap=0)
    # GitHub masks the token in logs, but not what it looks like in Base64.
    if [ -n "${GITHUB_ACTIONS:-}" ]; then printf '::add-mask::%s\n' "$secret"; fi
    export GIT_CONFIG_COUNT=1
    export GIT_CONFIG_KEY_0="http.${GITHUB_SERVER_URL:-https://github.com}/.extraheader"
    export GIT_CONFIG_VALUE_0="Authorization: Basic $secret"
  fi
}
