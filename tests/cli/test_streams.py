"""Lines on standard output: in colour on a terminal, plain in a pipe, and dropped once nobody reads them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.text import Text

from flux_desktop.cli.exit_codes import ExitCode
from flux_desktop.cli.streams import Printer
from tests.waiting import PATIENCE_S

BUFFERED = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
MARKED = Text("a ") + Text("b", style="red")


def test_in_a_pipe_a_styled_line_is_plain(capsys: pytest.CaptureFixture[str]) -> None:
    Printer().styled(MARKED)
    assert capsys.readouterr().out == "a b\n"


def test_on_a_terminal_it_is_coloured(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    Printer().styled(MARKED)
    assert capsys.readouterr().out == "a \x1b[31mb\x1b[0m\n"


def test_a_long_line_is_not_broken(capsys: pytest.CaptureFixture[str]) -> None:
    Printer().styled(Text("word " * 60))
    assert capsys.readouterr().out == "word " * 60 + "\n"


def test_a_closed_pipe_ends_the_lines_and_not_the_program() -> None:
    script = (
        "import sys; from rich.text import Text; from flux_desktop.cli.streams import Printer; printer = Printer();"
        "sys.stdin.readline(); printer.styled(Text('one')); printer.styled(Text('two'));"
        "sys.exit(7 if printer.closed else 1)"
    )
    reading, writing = os.pipe()
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=writing, text=True) as process:
        os.close(writing)
        os.close(reading)
        process.communicate("go\n", timeout=PATIENCE_S)
    assert process.returncode == 7


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="only Linux has a device that is always full")
@pytest.mark.parametrize(
    "command", [["sessions", "list"], ["schema", "summary"], ["data", "check", "sample"], ["--version"]]
)
def test_output_that_is_lost_to_a_full_disk_is_no_success(command: list[str], tmp_path: Path) -> None:
    with open("/dev/full", "w") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "flux_desktop.cli.main", *command],
            env={**BUFFERED, "XDG_DATA_HOME": str(tmp_path)},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=PATIENCE_S,
        )
    assert ended.stderr == "Standard output cannot be written: No space left on device. The program stops.\n"
    assert ended.returncode == ExitCode.USAGE


@pytest.mark.parametrize(("command", "status"), [(["--version"], ExitCode.OK), (["nothing"], ExitCode.USAGE)])
def test_a_closed_pipe_does_not_change_the_exit_status(command: list[str], status: ExitCode) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    ended = subprocess.run(
        [sys.executable, "-m", "flux_desktop.cli.main", *command],
        env=BUFFERED,
        stdout=writing,
        stderr=writing,
        timeout=PATIENCE_S,
    )
    os.close(writing)
    assert ended.returncode == status
