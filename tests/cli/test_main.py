"""The real program as a process of its own, against the real local endpoint: every exit status, one by one."""

from __future__ import annotations

import json
import os
import pty
import select
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from flux_desktop.base.resources import resource_path
from flux_desktop.engine.measuring.generator_limits import FACTOR_VARIABLE
from flux_desktop.engine.recording.session_folder import read_session
from flux_desktop.reports.run_result import RunResult
from flux_desktop.reports.transcripts import as_txt
from tests.waiting import PATIENCE_S

PROGRAM = [sys.executable, "-m", "flux_desktop.cli.main"]
SAMPLE = str(resource_path("sample_audio/conversation.wav"))
# The first words of the sample, and a turn that ends soon after them.
SHORT = ["--file", SAMPLE, "--duration", "1.2", "--eot-threshold", "0.5", "--eot-timeout-ms", "500"]
LONG = ["--file", SAMPLE, "--loop"]


class Endpoint(msgspec.Struct):
    """The local endpoint's first line."""

    url: str
    region: str
    ca_file: str
    access_key: str
    secret_key: str

    @property
    def flags(self) -> list[str]:
        return ["--endpoint-url", self.url, "--ca-bundle", self.ca_file, "--region", self.region]

    @property
    def environment(self) -> dict[str, str]:
        return {"AWS_ACCESS_KEY_ID": self.access_key, "AWS_SECRET_ACCESS_KEY": self.secret_key}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    command = [*PROGRAM, "local-endpoint", "--endpoint", "flux-broken=Failed", "--endpoint", "flux-ready=InService"]
    with subprocess.Popen([*command, "--parent-pipe"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield msgspec.json.decode(process.stdout.readline(), type=Endpoint)
        process.stdin.close()
        process.wait(PATIENCE_S)


def started(*arguments: str, environment: dict[str, str] | None = None, **options: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*PROGRAM, *arguments],
        stdout=options.pop("stdout", subprocess.PIPE),  # type: ignore[call-overload]
        stderr=options.pop("stderr", subprocess.PIPE),  # type: ignore[call-overload]
        text=True,
        encoding="utf-8",
        env={**os.environ, **(environment or {})},
        **options,
    )


def run(*arguments: str, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run to the end."""
    with started(*arguments, environment=environment) as process:
        out, err = process.communicate(timeout=PATIENCE_S)
    return subprocess.CompletedProcess(arguments, process.returncode, out, err)


def run_all(*runs: tuple[list[str], dict[str, str]]) -> list[subprocess.CompletedProcess[str]]:
    """Run several at the same time, each with its own environment."""
    processes = [started(*arguments, environment=environment) for arguments, environment in runs]
    done = []
    for process in processes:
        with process:
            out, err = process.communicate(timeout=PATIENCE_S)
        done.append(subprocess.CompletedProcess(process.args, process.returncode, out, err))
    return done


def wait_for_line(process: subprocess.Popen[str], wanted: Callable[[str], bool]) -> list[str]:
    """Read standard output up to the line that is wanted."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line.rstrip("\n"))
        if wanted(line):
            return lines
    raise AssertionError(f"never printed: {lines}")


def is_transcript(line: str) -> bool:
    return line.startswith("[Conn 1]")


def children(pid: int, part: str) -> list[int]:
    """Process ids of a process's children whose command line holds a text."""
    pids = []
    for listing in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in listing.read_text().split():
            if part in Path(f"/proc/{child}/cmdline").read_text():
                pids.append(int(child))
    return pids


def test_0_a_whole_run_on_the_built_in_endpoint(tmp_path: Path) -> None:
    summary = tmp_path / "summary.jsonl"
    done = run(
        *(
            "file",
            "local",
            *SHORT,
            "--connections",
            "2",
            "--eager-eot-threshold",
            "0.4",
            "--sessions-dir",
            str(tmp_path),
        ),
        *("--summary-jsonl", str(summary), "--limit", "completed==2", "--limit", "update_p95_ms<5000"),
        *("--reconfigure-after", "0.4", "--reconfigure-keyterms", "Dashwood", "--local-arguments", "--max-decodes 2"),
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    for conn in (1, 2):
        assert any(line.startswith(f"[Conn {conn}]   ") and line.endswith(" [update]") for line in lines)
        assert any(line.startswith(f"[Conn {conn}] ✓ ") and line.endswith("%) [turn 0]") for line in lines)
    assert any(line.startswith("2 of 2 connections completed on local in ") for line in lines)
    assert "  verdict                     PASS" in lines
    assert any(line.startswith("  WER normalised              0.0 % (95 % interval 0.0") for line in lines)
    objects = [json.loads(line) for line in summary.read_text(encoding="utf-8").splitlines()]
    assert [entry["connection_id"] for entry in objects] == [1, 2]
    for entry in objects:
        assert entry["connected"]
        assert not entry["errored"]
        assert entry["configure_acks"][0]["keyterms"] == ["Dashwood"]
        assert entry["turns_eot"] == 1
        assert entry["combined_final_text"].startswith("And Mr. John")
        assert set(entry["event_counts"]) <= {"StartOfTurn", "Update", "EagerEndOfTurn", "TurnResumed", "EndOfTurn"}
    folder = Path(lines[-1].removeprefix("  session folder").strip())
    assert folder.parent == tmp_path
    result = RunResult()
    for event in read_session(folder):
        result.feed(event)
    assert result.completed == 2, "the recording has the same result"
    assert as_txt(result.turns(2)).startswith("[0:00.4] And Mr. John")


def test_99_a_broken_limit_on_a_terminal_without_unicode(endpoint: Endpoint) -> None:
    done = run(
        *("file", "flux-ready", *SHORT, *endpoint.flags, "--limit", "update_p50_ms<0.001"),
        environment=endpoint.environment | {"PYTHONIOENCODING": "ascii"},
    )
    assert done.returncode == 99, done.stderr
    assert "[Conn 1] ? And Mr. John" in done.stdout
    assert "  verdict                     FAIL: update_p50_ms is " in done.stdout


def test_1_a_connection_that_fails() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    keys = {"AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "B"}
    done = run("file", "x", *SHORT, "--endpoint-url", f"https://127.0.0.1:{port}", environment=keys)
    assert done.returncode == 1
    assert f"The connection to 127.0.0.1:{port} was refused." in done.stderr
    assert "Traceback" not in done.stderr


def test_2_an_address_that_cannot_be_used_is_told_before_any_credentials_are_looked_for() -> None:
    no_credentials = {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "1",
    }
    done = run("file", "x", *SHORT, "--endpoint-url", "ftp://somewhere", environment=no_credentials)
    assert done.returncode == 2
    assert "“ftp://somewhere” is not an https URL." in done.stderr


def test_2_a_file_that_cannot_be_streamed(tmp_path: Path) -> None:
    path = tmp_path / "text.wav"
    path.write_bytes(b"This is not audio. " * 100)
    done = run("file", "local", "--file", str(path))
    assert done.returncode == 2
    assert "ffmpeg" in done.stderr
    assert done.stdout == ""


def test_3_a_machine_that_is_too_slow_for_the_limits(endpoint: Endpoint) -> None:
    """By limits that no machine meets; real standstills are those of the engine's tests."""
    unreachable = endpoint.environment | {FACTOR_VARIABLE: "1e-9"}
    done = run("file", "flux-ready", *SHORT, *endpoint.flags, environment=unreachable)
    assert done.returncode == 3, done.stderr
    assert "  verdict                     INVALID: audio was sent late: " in done.stdout
    assert f"{FACTOR_VARIABLE} multiplies" in done.stderr


def test_4_credentials_missing_or_refused(endpoint: Endpoint) -> None:
    file = ["file", "flux-ready", *SHORT, *endpoint.flags]
    wrong = endpoint.environment | {"AWS_SECRET_ACCESS_KEY": "wrong"}
    for done in run_all((file, {}), (file, wrong), (["list-endpoints", *endpoint.flags], {})):
        assert done.returncode == 4, done.stderr
        assert "Traceback" not in done.stderr
        assert "  verdict" not in done.stdout or "signature" in done.stdout


def test_5_no_such_endpoint_or_not_in_service(endpoint: Endpoint) -> None:
    names = ("flux-broken", "flux-missing")
    runs = run_all(*((["file", name, *SHORT, *endpoint.flags], endpoint.environment) for name in names))
    for name, done in zip(names, runs, strict=True):
        assert done.returncode == 5, done.stderr
        assert name in done.stderr


def test_130_ctrl_c_drains_and_a_second_one_stops_at_once(endpoint: Endpoint, tmp_path: Path) -> None:
    summary = tmp_path / "summary.jsonl"
    arguments = ["file", "flux-ready", *LONG, *endpoint.flags]
    with (
        started(*arguments, "--summary-jsonl", str(summary), environment=endpoint.environment) as drained,
        started(*arguments, environment=endpoint.environment) as stopped,
    ):
        for process in (drained, stopped):
            wait_for_line(process, is_transcript)
            process.send_signal(signal.SIGINT)
        assert stopped.stderr is not None
        while "Press Ctrl+C again" not in stopped.stderr.readline():
            pass
        stopped.send_signal(signal.SIGINT)
        out, _ = stopped.communicate(timeout=PATIENCE_S)
        assert stopped.returncode == 130
        assert "  verdict                     INTERRUPTED" in out
        out, err = drained.communicate(timeout=PATIENCE_S)
    assert drained.returncode == 130, err
    assert "Press Ctrl+C again to stop immediately." in err
    assert "  verdict                     INTERRUPTED" in out
    assert "closed]" in out or " [turn 0]" in out, "the text so far is final"
    assert json.loads(summary.read_text())["connected"]


def test_a_reader_that_leaves_ends_the_run(endpoint: Endpoint) -> None:
    with started("file", "flux-ready", *LONG, *endpoint.flags, environment=endpoint.environment) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        wait_for_line(process, is_transcript)
        process.stdout.close()
        err = process.stderr.read()
        assert process.wait(PATIENCE_S) == 130
    assert "Traceback" not in err
    assert "BrokenPipe" not in err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_an_output_that_cannot_be_written_is_told_and_one_that_is_closed_is_done_without(endpoint: Endpoint) -> None:
    arguments = ["file", "flux-ready", *SHORT, *endpoint.flags]
    closed = f"exec {shlex.join([sys.executable, '-m', 'flux_desktop.cli.main', *arguments])} >&-"
    with (
        open("/dev/full", "wb") as full,
        started(*arguments, environment=endpoint.environment, stdout=full.fileno()) as stopped,
        subprocess.Popen(
            ["/bin/sh", "-c", closed], env=os.environ | endpoint.environment, stderr=subprocess.PIPE
        ) as quiet,
    ):
        _, err = stopped.communicate(timeout=PATIENCE_S)
        assert stopped.returncode == 130
        assert "Standard output cannot be written: No space left on device. The program stops.\n" in err
        assert quiet.wait(PATIENCE_S) == 0


def test_a_live_table_is_for_terminals_and_a_file_gets_the_transcript_alone(endpoint: Endpoint) -> None:
    arguments = ["file", "flux-ready", *SHORT, *endpoint.flags]
    environment = endpoint.environment | {"TERM": "xterm", "COLUMNS": "120", "LINES": "40"}
    (own, theirs), (own_err, their_err) = pty.openpty(), pty.openpty()
    try:
        with (
            started(*arguments, environment=environment, stdout=theirs) as on_terminal,
            started(*arguments, environment=environment, stderr=their_err) as redirected,
        ):
            os.close(theirs)
            os.close(their_err)
            assert redirected.stdout is not None
            shown, shown_err = read_terminals(own, own_err)
            to_file = redirected.stdout.read()
            assert on_terminal.wait(PATIENCE_S) == 0
            assert redirected.wait(PATIENCE_S) == 0
    finally:
        os.close(own)
        os.close(own_err)
    for text in (shown, shown_err):
        assert "update latency" in text
        assert "chunks/s" in text
        assert "streaming 1" in text
    assert "[Conn 1] ✓ And Mr. John" in shown
    assert "1 of 1 connection completed on flux-ready" in shown
    assert "[Conn 1]" not in shown_err
    assert "[Conn 1] ✓ And Mr. John" in to_file
    assert "\x1b" not in to_file


def read_terminals(*descriptors: int) -> list[str]:
    """All that is written to terminals until their other sides are closed."""
    data = dict.fromkeys(descriptors, b"")
    open_ones = set(descriptors)
    while open_ones and (ready := select.select(sorted(open_ones), [], [], PATIENCE_S)[0]):
        for descriptor in ready:
            try:
                data[descriptor] += os.read(descriptor, 65_536)
            except OSError:  # how Linux tells that the other side is closed
                open_ones.discard(descriptor)
    return [text.decode() for text in data.values()]


def test_a_ramp_opens_what_its_stages_say(endpoint: Endpoint) -> None:
    ramp = ["--file", SAMPLE, "--stages", "1x0.8s,3x1.2s", "--eot-threshold", "0.5", "--eot-timeout-ms", "500"]
    (done,) = run_all((["file", "flux-ready", *ramp, *endpoint.flags, "--json"], endpoint.environment))
    entry = json.loads(done.stdout)
    assert entry["planned"] == sum(entry["ledger"].values()) == 3
    assert entry["ledger"]["completed"] == 3, done.stderr


def test_the_endpoints_are_listed(endpoint: Endpoint) -> None:
    arguments = ["list-endpoints", *endpoint.flags]
    every, failed = run_all(
        (arguments, endpoint.environment), ([*arguments, "--status", "failed"], endpoint.environment)
    )
    assert (every.returncode, failed.returncode) == (0, 0), every.stderr + failed.stderr
    lines = every.stdout.splitlines()
    assert lines[0].split() == ["ENDPOINT", "NAME", "STATUS", "CREATED", "LAST", "MODIFIED"]
    assert any(line.split()[:2] == ["flux-ready", "InService"] for line in lines)
    assert lines[-1] == f"{len(lines) - 3} endpoints"
    assert "\x1b" not in every.stdout
    assert {line.split()[1] for line in failed.stdout.splitlines()[2:-1]} == {"Failed"}


HELP_MAX_S = 0.3


def test_help_is_quick() -> None:
    """By the processor's time, as the machine may be busy."""
    took_s: list[float] = []
    while len(took_s) < 5 and min(took_s, default=1.0) >= HELP_MAX_S:
        before = os.times()
        subprocess.run([*PROGRAM, "--help"], check=True, capture_output=True, timeout=PATIENCE_S)
        after = os.times()
        took_s.append(after.children_user + after.children_system - before.children_user - before.children_system)
    assert min(took_s) < HELP_MAX_S, took_s
