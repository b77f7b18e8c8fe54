#!/usr/bin/env bash
# Renew the lock files from pyproject.toml: exact versions with hashes for every supported system and Python,
# without download addresses.
#
# Usage: packaging/setup/lock.sh [options of uv pip compile]     default: --upgrade, the newest versions allowed
# To change as little as possible: packaging/setup/lock.sh --upgrade-package NAME
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root"
# shellcheck source=packaging/setup/common.sh
source packaging/setup/common.sh
# shellcheck source=packaging/setup/python.sh
source packaging/setup/python.sh

[ $# -gt 0 ] || set -- --upgrade
uv=$(find_uv)
[ -n "$uv" ] || uv=$(install_uv "$(find_python)")

compile() {
  local output=$1
  shift
  # --no-config: the index that one machine uses must not decide for everyone.
  "$uv" pip compile -q --no-config --universal --generate-hashes --python-version 3.12 \
    --custom-compile-command "make lock" --output-file "$output" "$@" pyproject.toml
}

compile packaging/setup/requirements.txt --group build "$@"
# The development file repeats the versions of the other one.
compile packaging/setup/requirements-dev.txt --group dev --constraints packaging/setup/requirements.txt "$@"

# What a container has, see packaging/cluster/Dockerfile: neither a window nor a microphone.
left_out=()
for package in pyaudio pyqtgraph pyside6-essentials qasync shiboken6; do
  left_out+=(--no-emit-package "$package")
done
compile packaging/setup/requirements-cluster.txt --extra cluster --group build \
  --constraints packaging/setup/requirements-dev.txt "${left_out[@]}" "$@"
