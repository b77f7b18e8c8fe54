"""The examples in the help texts: each of them runs, against the real local endpoint where a real one is meant."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import wave
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from PySide6.QtGui import QImage

from flux_desktop.base.resources import resource_path
from flux_desktop.cli.examples import EXAMPLES
from flux_desktop.cli.main import main
from flux_desktop.engine.recording.recording_file import RUN_FILE
from flux_desktop.engine.recording.session_folder import create_session
from flux_desktop.engine.records.events import RunEnded, RunStarted
from flux_desktop.engine.records.facts import Verdict
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.ui.app.app import EXAMPLES as WINDOW_EXAMPLES
from tests.recordings import append
from tests.waiting import PATIENCE_S

MODULES = {"flux-stress": "flux_desktop.cli.main", "flux-desktop": "flux_desktop.ui.app.app"}
# What keeps an example short without changing what it shows.
SHORTER = {
    "flux-stress self-test": ["--quick"],
    'flux-stress file local --file talk.wav --stages "10x30s,50x60s"': ["--stages", "2x1s,3x3s"],
}
# A run on a busy machine may rightly be too slow, and a machine need not have a microphone.
MAY_SAY = {"file": {0, 99}, "microphone": {0, 1}}


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """An environment in which a profile and an endpoint are there, by the built-in one."""
    folder = tmp_path_factory.mktemp("account")
    command = [sys.executable, "-m", MODULES["flux-stress"], "local-endpoint", "--endpoint", "my-flux=InService"]
    with subprocess.Popen([*command, "--parent-pipe"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        ready = msgspec.json.decode(process.stdout.readline())
        keys = f"aws_access_key_id={ready['access_key']}\naws_secret_access_key={ready['secret_key']}\n"
        (folder / "credentials").write_text(f"[default]\n{keys}[voice-dev]\n{keys}")
        yield os.environ | {
            "AWS_SHARED_CREDENTIALS_FILE": str(folder / "credentials"),
            "AWS_CA_BUNDLE": ready["ca_file"],
            "LOCAL_URL": ready["url"],
            "QT_QPA_PLATFORM": "",
            "DISPLAY": "",
            "WAYLAND_DISPLAY": "",
        }
        process.stdin.close()
        process.wait(PATIENCE_S)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a short recording called talk.wav, and a recorded run."""
    plan = RunPlan(endpoint="local", source=WavSource(path="talk.wav"))
    when = datetime(2026, 1, 31, 12, tzinfo=UTC)
    session = create_session(tmp_path, RunStarted(t=0.0, wall_time=when.isoformat(), plan=plan, version="1"), when)
    append(session / RUN_FILE, RunEnded(t=1.0, verdict=Verdict.DONE, ledger={"completed": 1}))
    with (
        wave.open(str(resource_path("sample_audio/conversation.wav"))) as source,
        wave.open(str(tmp_path / "talk.wav"), "wb") as target,
    ):
        target.setparams(source.getparams())
        target.writeframes(source.readframes(16_000 * 2) + bytes(2 * 16_000))
    (tmp_path / "recordings").mkdir()
    (tmp_path / "recordings" / "talk.wav").write_bytes((tmp_path / "talk.wav").read_bytes())
    return tmp_path


def start(line: str, extra: list[str], place: Path, environment: dict[str, str]) -> subprocess.Popen[str]:
    program, *arguments = shlex.split(line)
    return subprocess.Popen(
        [sys.executable, "-m", MODULES[program], *arguments, *extra],
        cwd=place,
        env=environment | {"HOME": str(place)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def real_place(arguments: list[str], environment: dict[str, str]) -> list[str]:
    """Where the example means a real endpoint, the built-in one stands in for it."""
    is_real = "my-flux" in arguments or "list-endpoints" in arguments
    return ["--endpoint-url", environment["LOCAL_URL"]] if is_real else []


@pytest.mark.parametrize(
    "line", [line for line in EXAMPLES if "local-endpoint" not in line and "--connections 2" not in line]
)
def test_an_example_runs(line: str, place: Path, account: dict[str, str]) -> None:
    arguments = shlex.split(line)
    extra = [*SHORTER.get(line, []), *real_place(arguments, account)]
    with start(line, extra, place, account) as process:
        output, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode in MAY_SAY.get(arguments[1], {0}), output + errors
    assert output


@pytest.mark.parametrize("line", [line for line in EXAMPLES if "local-endpoint" in line])
def test_the_endpoint_of_the_example_is_there_until_it_is_stopped(
    line: str, place: Path, account: dict[str, str]
) -> None:
    # A fixed port may be taken by somebody else's program.
    with start(line, ["--port", "0"], place, account) as process:
        assert process.stdout is not None
        assert "https://127.0.0.1:" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_S) == 0


@pytest.mark.parametrize("line", [line for line in EXAMPLES if "microphone local" in line])
def test_the_microphone_example_is_understood(line: str, place: Path, account: dict[str, str]) -> None:
    """With a microphone it goes on until Ctrl+C; without one it says so."""
    with start(line, ["--duration", "1"], place, account) as process:
        _, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0 or "microphone" in errors.lower(), errors


# The window alone is what the self-test paints.
@pytest.mark.parametrize("line", [line for line in list(WINDOW_EXAMPLES)[1:] if "--demo" not in line])
def test_a_window_example_is_understood(line: str, place: Path, account: dict[str, str]) -> None:
    """The window stays until it is closed, so here it is only painted."""
    with start(line, ["--self-test-picture", "window.png"], place, account) as process:
        _, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, errors
    assert (place / "window.png").stat().st_size


# The run of `--demo` alone is that of the others.
@pytest.mark.parametrize("line", [line for line in WINDOW_EXAMPLES if "--demo " in line])
def test_a_demo_example_runs_to_its_end_without_a_display(line: str, place: Path, account: dict[str, str]) -> None:
    with start(line, ["--wav", "talk.wav"], place, account) as process:
        output, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, output + errors
    assert output.startswith("The window cannot be shown: no display is set")
    assert "[Conn 2] ✓ And Mr. John Dashwood" in output
    assert "A picture of the window is in" in output
    if "--screenshot" in line:
        image = QImage(str(place / "window.png"))
        assert (image.width(), image.height()) == (1440, 900)


@pytest.mark.parametrize("program", MODULES)
def test_every_example_stands_in_the_help(program: str) -> None:
    command = [sys.executable, "-m", MODULES[program], "--help"]
    output = subprocess.run(command, capture_output=True, text=True, check=True, timeout=PATIENCE_S).stdout
    for line in EXAMPLES if program == "flux-stress" else WINDOW_EXAMPLES:
        assert f"  {line}\n" in output


@pytest.mark.parametrize("command", ["file", "microphone", "summary", "list-endpoints", "local-endpoint", "self-test"])
def test_every_command_s_help_has_its_own_examples(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([command, "--help"])
    output = capsys.readouterr().out
    assert f"  flux-stress {command}" in output
    assert "exit status:" in output
