"""The endpoint as a process: its output, its address, its end, its settings, and the faults it injects."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shlex
import signal
import socket
import ssl
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from flux_desktop.base import program
from flux_desktop.local_endpoint.__main__ import main
from flux_desktop.local_endpoint.http.certificates import make_certificates
from flux_desktop.local_endpoint.http.endpoint_state import EndpointSettings
from flux_desktop.local_endpoint.http.server import load_scripts
from tests.local_endpoint.wire_client import WireClient
from tests.waiting import PATIENCE_S

Info = dict[str, Any]
StartEndpoint = Callable[..., contextlib.AbstractContextManager[Info]]
SILENT = ("--recogniser", "silent")
ENDPOINT_COMMAND = program.command("flux_desktop.local_endpoint")


def test_it_listens_on_loopback_and_removes_its_private_folder(start_endpoint: StartEndpoint) -> None:
    arguments = ("--access-key", "AKIAGIVEN", "--secret-key", "given", "--region", "eu-central-1")
    with start_endpoint(*SILENT, *arguments, "--endpoint", "mine=RollingBack", "--cert-host", "flux.example") as info:
        folder = Path(info["ca_file"]).parent
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert stat.S_IMODE((folder / "server.key").stat().st_mode) == 0o600
        assert (info["access_key"], info["secret_key"], info["region"]) == ("AKIAGIVEN", "given", "eu-central-1")
        assert (info["endpoints"][0], "mine" in info["endpoints"]) == ("local", True)
        address = urlsplit(info["url"])
        assert address.hostname == "127.0.0.1"
        with pytest.raises(OSError, match=r"refused|unreachable|assign"):
            socket.create_connection(("127.0.0.2", address.port or 0), timeout=2).close()
    assert not folder.exists()
    assert info["process"].returncode == 0


def test_the_folder_of_a_killed_endpoint_is_removed_at_the_next_start(
    start_endpoint: StartEndpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A place of its own, or any other endpoint that starts at this moment may tidy it up.
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with start_endpoint(*SILENT) as info:
        left = Path(info["ca_file"]).parent
        assert left.parent == tmp_path
        os.kill(info["process"].pid, signal.SIGKILL)
        info["process"].wait(PATIENCE_S)
        assert left.exists()
        with start_endpoint(*SILENT):
            assert not left.exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, None])
def test_it_stops_with_a_stream_open(start_endpoint: StartEndpoint, number: int | None) -> None:
    with start_endpoint() as info, WireClient(info) as client:
        client.wait_for("Connected")
        process = info["process"]
        process.stdin.close() if number is None else os.kill(process.pid, number)
        assert process.wait(PATIENCE_S) == 0
        assert not Path(info["ca_file"]).exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--fault", "gremlins"], "There is no fault named 'gremlins'. Known faults: none, never-connected,"),
        (["--fault", "delay-ms"], "The fault 'delay-ms' cannot be used."),
        (["--fault", "delay-ms=soon"], "Write delay-ms=N with N from 0 to 1,000,000 (ms)."),
        (["--fault", "delay-ms=inf"], "Write delay-ms=N"),
        (["--fault", "delay-ms=nan"], "Write delay-ms=N"),
        (["--fault", "never-connected=101"], "Write never-connected=N with N from 0 to 100 (percent)."),
        (["--endpoint", "mine=Asleep"], "STATUS is one of InService, Creating,"),
        (["--endpoint=-mine=Failed"], "The endpoint '-mine=Failed' cannot be added."),
        (["--endpoint", "=Failed"], "The endpoint '=Failed' cannot be added."),
        (["--tls-cert", "x.pem"], "--tls-cert and --tls-key belong together: give both or neither."),
        (["--tls-cert", "absent.pem", "--tls-key", "absent.key"], "The endpoint has no certificate to serve with."),
        (["--tls-cert", "/", "--tls-key", "/"], "The endpoint has no certificate to serve with."),
        (["--cert-host", "münchen"], "The endpoint has no certificate to serve with."),
        (["--script", "absent.wav"], "absent.wav"),
        (["--port", "70000"], "--port: must be a whole number from 0 to 65535 (got '70000'). Try “flux-stress"),
        (["--port", "https"], "--port: must be a whole number from 0 to 65535 (got 'https')."),
        (["--port", "-1"], "--port: must be a whole number from 0 to 65535 (got '-1')."),
        (["--max-decodes", "0"], "--max-decodes: must be a whole number from 1 to 10000 (got '0')."),
        (["--bundle", "newest"], "--bundle: must be one of latest, flux-multi-20260417,"),
        (["--recogniser", "whisperer"], "--recogniser: must be one of auto,"),
        (["--capacity", "0"], "--capacity: must be a whole number from 1 to 100000 (got '0')."),
        (["--beyond", "crash"], "--beyond: must be one of slow, refuse, cliff (got 'crash')."),
        (["--beyond", "slow"], "--beyond needs --capacity N"),
        (["--min-instances", "3", "--max-instances", "2"], "--max-instances 2 is below --min-instances 3."),
        (["--min-instances", "2", "--max-instances", "1"], "--max-instances 1 is below --min-instances 2."),
        (["--region", "Virginia"], "--region: must be an AWS region such as us-east-1 (got 'Virginia')."),
        (["--region", ""], "--region: must be an AWS region"),
        (["--speed", "9"], "unrecognized arguments: --speed 9."),
    ],
)
def test_settings_that_cannot_be_used_are_refused_in_one_sentence(
    arguments: list[str], sentence: str, capfd: pytest.CaptureFixture[str], process_hooks: None
) -> None:
    try:
        code = main(arguments)
    except SystemExit as stopped:
        code = int(str(stopped.code))
    out, err = capfd.readouterr()
    assert (code, out) == (2, "")
    assert sentence in err
    assert err.count("\n") == 1


@pytest.fixture
def process_hooks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Undo what the start of an endpoint changes in its process: logging and the hooks for uncaught exceptions."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def test_a_setting_that_cannot_be_used_ends_the_process_with_status_2() -> None:
    result = subprocess.run(
        [*ENDPOINT_COMMAND, "--port", "seven"], capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == (
        "--port: must be a whole number from 0 to 65535 (got 'seven'). Try “flux-stress local-endpoint --help”.\n"
    )


@pytest.mark.parametrize(
    ("redirection", "sentence"),
    [
        (">/dev/full", "The endpoint's address cannot be written to standard output. No space left on device."),
        ("2>&1 >&-", ""),
    ],
)
def test_output_that_cannot_be_written(redirection: str, sentence: str) -> None:
    command = f"exec {shlex.join([*ENDPOINT_COMMAND, *SILENT, '--parent-pipe'])} {redirection} </dev/null"
    result = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert (result.stdout + result.stderr).strip() == sentence
    assert result.returncode == (2 if sentence else 0)


def test_closed_standard_streams_are_not_taken_for_sockets() -> None:
    command = f"exec {shlex.join([*ENDPOINT_COMMAND, *SILENT, '--parent-pipe'])} <&- >&-"
    result = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert (result.returncode, result.stderr) == (0, "")


def test_too_few_open_files_are_reported_as_such() -> None:
    command = f"ulimit -n 40; exec {shlex.join([*ENDPOINT_COMMAND, *SILENT, '--parent-pipe'])} </dev/null"
    result = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert (result.returncode, result.stdout) == (2, "")
    assert "may open 40 files; the endpoint needs 64" in result.stderr
    assert "ulimit -n" in result.stderr


def test_a_port_is_never_shared_with_another_endpoint(start_endpoint: StartEndpoint) -> None:
    with start_endpoint("--recogniser", "silent") as info:
        port = info["url"].rpartition(":")[2]
        command = [*ENDPOINT_COMMAND, "--port", port]
        result = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
        assert (result.returncode, result.stdout) == (2, "")
        assert f"cannot listen on port {port}" in result.stderr


# ---------------------------------------------------------------- faults


def test_some_streams_are_never_connected_spread_evenly(start_endpoint: StartEndpoint) -> None:
    with start_endpoint(*SILENT, "--fault", "never-connected=40") as info, contextlib.ExitStack() as stack:
        clients = [stack.enter_context(WireClient(info)) for _ in range(5)]
        for client in clients:
            client.audio(bytes(2560 * 3))
            client.wait(lambda client=client: client.status)
            client.finish()
            client.wait_end()
        assert [bool(client.messages) for client in clients].count(False) == 2
        assert {client.status for client in clients} == {200}


def test_answers_are_delayed_by_the_chosen_time(start_endpoint: StartEndpoint) -> None:
    with start_endpoint(*SILENT, "--fault", "delay-ms=300") as info, WireClient(info) as client:
        client.wait_for("Connected")
        started_s = time.monotonic()
        client.audio(bytes(2560 * 3))
        client.wait_for("Update")
        assert time.monotonic() - started_s >= 0.3


def test_a_stall_delays_everything_once(start_endpoint: StartEndpoint) -> None:
    with start_endpoint(*SILENT, "--fault", "stall-ms=400") as info, WireClient(info) as client:
        client.audio(bytes(32_000 * 4))
        client.wait(lambda: len(client.turns("Update")) == 16)
        started_s = time.monotonic()
        client.audio(bytes(32_000 * 2))
        client.wait(lambda: len(client.turns("Update")) == 25)
        assert time.monotonic() - started_s >= 0.4


@pytest.mark.parametrize(
    ("fault", "frames", "failure"),
    [
        ("cut-mid-stream=1", True, None),
        ("die-before-headers", False, None),
        ("model-stream-error=1", True, ("exception", "ModelStreamError")),
        ("internal-failure=1", True, ("exception", "InternalStreamFailure")),
    ],
)
def test_streams_that_break(start_endpoint: StartEndpoint, fault: str, frames: bool, failure: object) -> None:
    with start_endpoint(*SILENT, "--fault", fault) as info, WireClient(info) as client:
        if frames:
            client.wait_for("Connected")
            client.audio(bytes(64_000))
        client.wait_end()
        if failure is None:
            assert client.reset
        else:
            assert (client.last_failure, client.reset) == (failure, False)


@pytest.mark.parametrize(
    ("fault", "status", "error"),
    [
        ("expired-token", 403, "ExpiredTokenException"),
        ("throttled", 429, "ThrottlingException"),
        ("unavailable", 503, "ServiceUnavailableError"),
    ],
)
def test_streams_that_are_refused(start_endpoint: StartEndpoint, fault: str, status: int, error: str) -> None:
    with start_endpoint(*SILENT, "--fault", fault) as info, WireClient(info) as client:
        client.wait_end()
        assert (client.status, client.headers["x-amzn-errortype"]) == (status, error)


def test_messages_can_be_fragmented_and_followed_by_an_error(start_endpoint: StartEndpoint) -> None:
    faults = ("--fault", "fragments=3", "--fault", "error-after-close")
    with start_endpoint(*SILENT, *faults) as info, WireClient(info) as client:
        client.text({"type": "CloseStream"})
        client.wait_end()
        parts = [(frame.headers["CompletionState"], frame.payload) for frame in client.frames[:3]]
        assert [state for state, _ in parts] == ["PARTIAL", "PARTIAL", "COMPLETE"]
        assert json.loads(b"".join(payload for _, payload in parts))["type"] == "Connected"
        assert (client.last_failure, len(client.frames)) == (("exception", "ModelStreamError"), 7)


def test_a_stream_that_is_never_closed_ends_with_its_client(
    start_endpoint: StartEndpoint, status: Callable[[Info], dict[str, Any]]
) -> None:
    with start_endpoint(*SILENT, "--fault", "never-closes") as info:
        with WireClient(info) as client:
            client.text({"type": "CloseStream"})
            client.wait_for("Update")
            assert (client.ended, status(info)["streams_open"]) == (False, 1)
        deadline = time.monotonic() + PATIENCE_S
        while status(info)["streams_open"]:
            assert time.monotonic() < deadline


def test_a_given_certificate_and_further_host_names(start_endpoint: StartEndpoint, tmp_path: Path) -> None:
    own = make_certificates(tmp_path, ["127.0.0.1"])
    arguments = ("--tls-cert", str(own.cert_file), "--tls-key", str(own.key_file))
    with start_endpoint(*SILENT, *arguments) as info, WireClient({**info, "ca_file": str(own.ca_file)}) as client:
        client.wait_for("Connected")
    with start_endpoint(*SILENT, "--cert-host", "flux.example") as info:
        context = ssl.create_default_context(cafile=info["ca_file"])
        with socket.create_connection(("127.0.0.1", urlsplit(info["url"]).port or 0), timeout=PATIENCE_S) as raw:
            context.wrap_socket(raw, server_hostname="flux.example").close()


def test_a_silent_endpoint_counts_audio_and_transcribes_nothing(
    start_endpoint: StartEndpoint, sample_pcm: bytes, status: Callable[[Info], dict[str, Any]]
) -> None:
    with start_endpoint(*SILENT) as info, WireClient(info) as client:
        client.audio(sample_pcm[:96_000])
        client.close_stream()
        assert {m["transcript"] for m in client.messages[1:]} == {""}
        figures = status(info)
        assert (figures["chunks"], figures["decode_processes"], figures["streams_open"]) == (39, 0, 0)


def test_the_chosen_recordings_are_recognised_before_the_sample(tmp_path: Path, sample_wav: Path) -> None:
    chosen = tmp_path / "mine.wav"
    chosen.write_bytes(sample_wav.read_bytes())
    chosen.with_name("mine.words.json").write_bytes(sample_wav.with_name("conversation.words.json").read_bytes())
    names = [script.name for script in load_scripts(EndpointSettings(scripts=[chosen]))]
    assert len(names) == 2
    assert names[0].startswith("mine")
    assert [script.name for script in load_scripts(EndpointSettings())] == names[1:]
