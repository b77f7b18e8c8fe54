#!/usr/bin/env bash
# Set up everything that running (or, with --test, testing) flux-desktop needs, and say only what is being done.
#
# Usage: packaging/setup/bootstrap.sh [--test]
#
# Leaves a .venv with the locked packages and this project in it. Does nothing, silently, when nothing is missing.
# Exit status: 0 ready, 1 something is missing and a sentence on stderr says what to do, 2 wrong usage.
# Environment: FLUX_DESKTOP_PYTHON names the Python to make .venv from, instead of the one that would be found.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
cd "$root"

# shellcheck source=packaging/setup/common.sh
source "$here/common.sh"
# shellcheck source=packaging/setup/system.sh
source "$here/system.sh"
# shellcheck source=packaging/setup/python.sh
source "$here/python.sh"

mode="run"
case "${1:-}" in
  "") ;;
  --test) mode="test" ;;
  *)
    echo "Usage: packaging/setup/bootstrap.sh [--test]" >&2
    exit 2
    ;;
esac
stamp=.venv/.flux-desktop-ready

# A fingerprint of all that decides what belongs into .venv. The path is part of it because the scripts in a .venv
# hold it: a moved clone needs a new one.
fingerprint() {
  { cat "$1" pyproject.toml packaging/setup/*.sh && printf '%s\n' "$root"; } | cksum
}

lock_file() {
  case "$1" in
    run) echo packaging/setup/requirements.txt ;;
    test) echo packaging/setup/requirements-dev.txt ;;
  esac
}

# The mode that .venv was last filled for, or nothing. The developers' packages include those for running.
stamped_mode() {
  local line=""
  if [ -r "$stamp" ]; then
    read -r line <"$stamp" || true
  fi
  case "${line%% *}" in
    run | test) echo "${line%% *}" ;;
  esac
}

is_current() {
  [ "$(stamped_mode)" = "$mode" ] || return 1
  [ "$(cat "$stamp")" = "$mode $(fingerprint "$(lock_file "$mode")")" ] && .venv/bin/python -S -E -c '' 2>/dev/null
}

fill_venv() {
  local lock
  lock=$(lock_file "$mode")
  say "Installing the locked Python packages"
  rm -f "$stamp"
  # What is built from source is built with the locked tools too.
  "$uv" pip sync -q --python .venv/bin/python --require-hashes --build-constraints "$lock" "$lock" ||
    fail "The Python packages could not be installed; the lines above say why." \
      "Check the network connection, then run the same command again: what has been fetched is kept."
  "$uv" pip install -q --python .venv/bin/python --no-deps --no-build-isolation -e . ||
    fail "flux-desktop itself could not be installed into .venv; the lines above say why."
  printf '%s\n' "$mode $(fingerprint "$lock")" >"$stamp"
}

# Once filled for tests, .venv stays so: running must not take the developers' tools away.
venv_mode=$(stamped_mode)
system_mode=$mode
if [ "$venv_mode" = test ]; then
  mode="test"
fi

if is_current; then
  install_system_packages "$system_mode"
  exit 0
fi

python=$(find_python)
uv=$(find_uv)
install_system_packages "$system_mode" "$(setup_packages "$python" "$uv")"
if [ -z "$uv" ]; then
  uv=$(install_uv "$python")
fi
if [ -z "$python" ]; then
  # The system packages may have brought one.
  python=$(find_python)
fi
if [ -z "$python" ]; then
  python=$(fetch_python "$uv")
fi
require_headers "$python"
make_venv "$python" "$uv"
fill_venv
say "Ready"
