# shellcheck shell=bash
# Speaking to a person, and running commands as root. Sourced by bootstrap.sh.

say() {
  printf 'flux-desktop setup: %s.\n' "$1" >&2
}

# Print each argument as a line, then stop.
fail() {
  printf '%s\n' "$@" >&2
  exit 1
}

# The words that run a command as root without asking for a password ("" for root itself); fails where nothing does.
root_prefix() {
  if [ "$(id -u)" -eq 0 ]; then
    echo ""
  elif sudo -n true >/dev/null 2>&1; then
    echo "sudo -n"
  else
    return 1
  fi
}

# Run a command silently; where it fails, show the end of what it said and fail.
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
