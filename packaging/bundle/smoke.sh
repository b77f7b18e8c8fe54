#!/usr/bin/env bash
# Build the wheel, the folder and its packages, then install and start them as a user would.
#
# Usage: packaging/bundle/smoke.sh [--build-only | --built] [pytest options]
# --build-only stops before the tests, and --built tests what was built before.
# Exit status: 0 on success, otherwise that of pytest or of the build.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root"
# shellcheck source=packaging/setup/common.sh
source packaging/setup/common.sh
# shellcheck source=packaging/setup/python.sh
source packaging/setup/python.sh

build() {
  local uv
  uv=$(find_uv)
  say "Building the wheel and installing it into an empty environment"
  rm -rf build/wheel-env dist/flux_desktop-*
  # Built with the locked tools of .venv; the wheel is built from the source archive, so that both are tested.
  VIRTUAL_ENV=.venv "$uv" build -q --no-build-isolation --python .venv/bin/python --out-dir dist
  "$uv" venv -q --python .venv/bin/python build/wheel-env
  "$uv" pip sync -q --python build/wheel-env/bin/python --require-hashes \
    --build-constraints packaging/setup/requirements.txt packaging/setup/requirements.txt
  "$uv" pip install -q --python build/wheel-env/bin/python --no-deps dist/flux_desktop-*.whl
  say "Building the folder"
  .venv/bin/python packaging/bundle/make_package.py
}

case "${1:-}" in
  --build-only)
    build
    exit
    ;;
  --built) shift ;;
  *) build ;;
esac
# In order and one at a time, because they measure durations.
.venv/bin/python -m pytest -m package -p no:randomly -p no:xdist --timeout 300 "$@" tests/package
