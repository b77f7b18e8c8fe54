# shellcheck shell=bash
# Messages to the user, and commands run as root. Sourced by bootstrap.sh.

say() {
  printf 'flux-desktop setup: %s.\n' "$1" >&2
}

# Print each argument as a line, then stop.
fail() {
  printf '%s\n' "$@" >&2
  exit 1
}

# The prefix that runs a command as root without a password ("" for root itself); fails if there is none.
root_prefix() {
  if [ "$(id -u)" -eq 0 ]; then
    echo ""
  elif sudo -n true >/dev/null 2>&1; then
    echo "sudo -n"
  else
    return 1
  fi
}

# Run a command silently; if it fails, print the end of its output and fail.
quietly() {
  local log
  log=$(mktemp)
  "$@" >"$log" 2>&1 && {
    rm -f "$log"
    return 0
  }
  tail -n 15 "$log" >&2
  rm -f "$log"
  return 1
}
