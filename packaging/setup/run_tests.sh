#!/usr/bin/env bash
# Run the tests: first, off-screen, all that need no real X window; then the others in a virtual X server.
# The fault matrix is a separate target.
#
# Usage: [TEST_PROCESSES=5] packaging/setup/run_tests.sh [pytest options and paths]
# Exit status: 0 if all passed, otherwise that of pytest. A part without selected tests counts as passed, unless both
# are empty.
set -uo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
nothing_selected=5

# In a fresh clone each process would compile all modules again, as all of them start at once.
if [ -z "${PYTHONDONTWRITEBYTECODE:-}" ] && ! compgen -G "tests/__pycache__/conftest.*.pyc" >/dev/null; then
  QT_QPA_PLATFORM=offscreen .venv/bin/python -m pytest -q --collect-only tests/ui >/dev/null 2>&1 &
  QT_QPA_PLATFORM=offscreen .venv/bin/python -m pytest -q --collect-only --ignore tests/ui >/dev/null 2>&1
  wait
fi

# Many tests wait for audio in real time, so five at once are quicker, also on two processors.
QT_QPA_PLATFORM=offscreen .venv/bin/python -m pytest -n "${TEST_PROCESSES:-5}" --dist worksteal \
  -m "not xvfb and not faults and not package" "$@"
first=$?
if [ "$first" -ne 0 ] && [ "$first" -ne "$nothing_selected" ]; then
  exit "$first"
fi

if ! command -v xvfb-run >/dev/null; then
  echo "Tests in a real X window: skipped, this system has no xvfb-run."
  exit "$first"
fi
echo "Tests in a real X window:"
if [ $# -eq 0 ]; then
  # To collect all the others takes longer than these tests.
  mapfile -t in_window < <(grep -rl --include="test_*.py" "mark\.xvfb" tests)
  set -- "${in_window[@]}"
fi
# -a takes a free display number; a server that lives as long as the tests needs no access control.
QT_QPA_PLATFORM=xcb xvfb-run -a -s "-screen 0 1600x1000x24 -nolisten tcp" .venv/bin/python -m pytest -m xvfb "$@"
second=$?
if [ "$second" -eq "$nothing_selected" ]; then
  exit "$first"
fi
exit "$second"
