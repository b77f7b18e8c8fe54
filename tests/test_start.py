"""The entry points: both programs start there, and Ctrl+C during their imports is no traceback."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAMS = {"stress": "flux_desktop.cli.main", "desktop": "flux_desktop.ui.app.app"}


def run(function: str, *lines: str) -> subprocess.CompletedProcess[str]:
    code = "\n".join([*lines, "import sys", f"from flux_desktop.start import {function}", f"sys.exit({function}())"])
    command = [sys.executable, "-P", "-c", code, "--version"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("function", PROGRAMS)
def test_a_program_starts(function: str) -> None:
    program = run(function)
    assert (program.returncode, program.stderr) == (0, "")
    assert program.stdout.startswith(f"flux-{function} ")


@pytest.mark.parametrize(("function", "module"), [*PROGRAMS.items(), ("stress", "importlib")])
def test_an_interrupt_during_the_imports_is_no_traceback(function: str, module: str) -> None:
    interrupting = (
        "import sys, types",
        "def find_spec(name, *_):",
        f"    if name == {module!r}: raise KeyboardInterrupt",
        f"sys.modules.pop({module!r}, None)",
        "sys.meta_path.insert(0, types.SimpleNamespace(find_spec=find_spec))",
    )
    program = run(function, *interrupting)
    assert (program.returncode, program.stderr) == (130, "Interrupted.\n")
