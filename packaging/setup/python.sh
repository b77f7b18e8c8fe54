# shellcheck shell=bash
# Python and uv: find one that runs, or install one. Sourced by bootstrap.sh and lock.sh.

# Python 3.14 is excluded until the tests run with it.
PYTHON_WANTED="3.12 or 3.13"
UV_WANTED="uv>=0.8,<1"
TOOLS="${root:?}/.tools"

# Print the path of a usable interpreter behind command $1, or fail. Running it is the only reliable test: the shim of a
# version manager may exist and refuse, and may represent another file.
usable_python() {
  "$1" -c 'import ctypes, os, ssl, sys
if not (3, 12) <= sys.version_info[:2] <= (3, 13) or sys.implementation.name != "cpython":
    sys.exit(1)
print(os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable))' 2>/dev/null </dev/null
}

candidate_pythons() {
  local name folder
  for name in python3.12 python3.13 python3 python; do
    type -ap "$name" || true
  done
  for folder in "${PYENV_ROOT:-}" "$HOME/.pyenv"; do
    [ -n "$folder" ] || continue
    for name in "$folder"/versions/3.12.*/bin/python3.12 "$folder"/versions/3.13.*/bin/python3.13; do
      [ ! -x "$name" ] || echo "$name"
    done
  done
}

# Print the path of a suitable Python, or nothing.
find_python() {
  local candidate
  if [ -n "${FLUX_DESKTOP_PYTHON:-}" ]; then
    usable_python "$FLUX_DESKTOP_PYTHON" ||
      fail "FLUX_DESKTOP_PYTHON is $FLUX_DESKTOP_PYTHON, which is not a working Python $PYTHON_WANTED."
    return
  fi
  while IFS= read -r candidate; do
    if usable_python "$candidate"; then
      return
    fi
  done < <(candidate_pythons)
}

# Print the path of a uv that runs and is new enough, or nothing.
find_uv() {
  local candidate version
  while IFS= read -r candidate; do
    version=$("$candidate" --version 2>/dev/null) || continue
    case "$version" in
      "uv 0."[0-7].*) ;;
      "uv "*)
        echo "$candidate"
        return
        ;;
    esac
  done < <(
    type -ap uv || true
    [ ! -x "$TOOLS/uv/bin/uv" ] || echo "$TOOLS/uv/bin/uv"
  )
}

# Print the path of any Python 3 that can create a virtual environment with pip, or nothing.
find_python_with_pip() {
  local candidate
  while IFS= read -r candidate; do
    if [ -n "$candidate" ] && "$candidate" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 9))' \
      >/dev/null 2>&1 </dev/null; then
      echo "$candidate"
      return
    fi
  done < <(
    echo "$1"
    type -ap python3 || true
  )
}

# Whether the distribution's python3 is suitable.
distribution_python_serves() {
  # shellcheck source=/dev/null
  (. /etc/os-release 2>/dev/null && case "$ID:${VERSION_ID:-}" in
    debian:13 | ubuntu:24.04 | ubuntu:24.10 | ubuntu:25.*) true ;;
    *) false ;;
  esac)
}

# Print the system packages needed to install Python and uv. $1: the Python found or "", $2: the uv found or "".
setup_packages() {
  if command -v apt-get >/dev/null; then
    if [ -z "$2" ] && [ -z "$(find_python_with_pip "$1")" ]; then
      echo python3-venv
    fi
    if [ -z "$1" ] && distribution_python_serves; then
      echo python3-dev
    elif [[ "$1" == /usr/bin/python3* ]]; then
      has_headers "$1" || echo "$(basename "$1")-dev"
    fi
  elif command -v dnf >/dev/null; then
    if [ -z "$1" ]; then
      echo python3.13 python3.13-devel
    elif [[ "$1" == /usr/bin/python3* ]]; then
      has_headers "$1" || echo "$(basename "$1")-devel"
    fi
  elif [ "$(uname -s)" = Darwin ] && [ -z "$1" ]; then
    echo python@3.13
  fi
}

make_uv() {
  "$1" -m venv "$TOOLS/uv" && "$TOOLS/uv/bin/python" -m pip install -q --disable-pip-version-check "$UV_WANTED"
}

install_uv() {
  local maker
  maker=$(find_python_with_pip "$1")
  [ -n "$maker" ] ||
    fail "uv was not found, and no Python that could install it." \
      "Install uv (see https://docs.astral.sh/uv) or Python $PYTHON_WANTED, then run this again."
  say "Installing uv into .tools"
  rm -rf "$TOOLS/uv"
  quietly make_uv "$maker" ||
    fail "uv could not be installed; see the lines above." "Check the network connection, then run this again."
  echo "$TOOLS/uv/bin/uv"
}

fetch_python() {
  say "Python $PYTHON_WANTED was not found; downloading it with uv"
  # Bounded: a network that drops the request would otherwise block for minutes.
  UV_HTTP_TIMEOUT=${UV_HTTP_TIMEOUT:-30} quietly "$1" python install 3.12 ||
    fail "This machine has no Python $PYTHON_WANTED, and uv could not download it; see the lines above." \
      "Install it (for example: pyenv install 3.12), or specify another one with" \
      "FLUX_DESKTOP_PYTHON=/path/to/python3.12, then run this again."
  "$1" python find --managed-python 3.12
}

has_headers() {
  "$1" -c 'import os, sys, sysconfig; sys.exit(not os.path.exists(sysconfig.get_path("include") + "/Python.h"))'
}

require_headers() {
  has_headers "$1" ||
    fail "The Python at $1 has no C headers, which are needed to build PyAudio." \
      "Install its development package, or specify another Python with FLUX_DESKTOP_PYTHON=/path/to/python3.12."
}

# Create .venv unless it has a suitable Python. $1: Python, $2: uv.
make_venv() {
  if [ -x .venv/bin/python ] && usable_python .venv/bin/python >/dev/null; then
    return
  fi
  say "Creating .venv with $1"
  rm -rf .venv
  "$2" venv -q --python "$1" .venv || fail "The virtual environment .venv could not be created; see the lines above."
}
