#!/usr/bin/env bash
# Install everything that running (or, with --test, testing) flux-desktop needs, and print each step.
#
# Usage: packaging/setup/bootstrap.sh [--test]
#
# Creates .venv with the locked packages and this project. Does nothing, silently, if nothing is missing.
# Exit status: 0 ready, 1 something is missing and stderr states what to do, 2 wrong usage.
# Environment: FLUX_DESKTOP_PYTHON is the Python to create .venv with, instead of the first suitable one.
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

# A fingerprint of everything that determines the content of .venv. The path is part of it because the scripts in a
# .venv contain it: a clone that was moved needs a new one.
fingerprint() {
  { cat "$1" pyproject.toml packaging/setup/*.sh && printf '%s\n' "$root"; } | cksum
}

lock_file() {
  case "$1" in
    run) echo packaging/setup/requirements.txt ;;
    test) echo packaging/setup/requirements-dev.txt ;;
  esac
}

# The mode that .venv was last filled for, or nothing. The development packages include those for running.
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
  # Packages that are built from source are built with the locked tools, too.
  "$uv" pip sync -q --python .venv/bin/python --require-hashes --build-constraints "$lock" "$lock" ||
    fail "The Python packages could not be installed; see the lines above." \
      "Check the network connection, then run the same command again; completed downloads are kept."
  "$uv" pip install -q --python .venv/bin/python --no-deps --no-build-isolation -e . ||
    fail "flux-desktop could not be installed into .venv; see the lines above."
  printf '%s\n' "$mode $(fingerprint "$lock")" >"$stamp"
}

# The speech model is not one of the packages: where it cannot be downloaded, everything else works.
fetch_speech_model() {
  FLUX_DESKTOP_UV=$uv .venv/bin/flux-stress recogniser fetch >/dev/null || {
    say "Speech recognition is not available yet; everything else is ready"
    say "To download the speech model later, run .venv/bin/flux-stress recogniser fetch"
  }
}

# Once filled for tests, .venv stays so: running must not remove the development tools.
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
  # The system packages may have installed one.
  python=$(find_python)
fi
if [ -z "$python" ]; then
  python=$(fetch_python "$uv")
fi
require_headers "$python"
make_venv "$python" "$uv"
fill_venv
fetch_speech_model
say "Ready"
