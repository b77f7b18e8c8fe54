"""A running endpoint in a process of its own, as the front ends start it."""

from __future__ import annotations

import contextlib
import json
import ssl
import subprocess
import time
import urllib.request
import wave
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from flux_desktop.aws.wire.sigv4 import signed_headers
from flux_desktop.base import program
from flux_desktop.base.resources import resource_path
from tests.waiting import PATIENCE_S

Info = dict[str, Any]
StartEndpoint = Callable[..., contextlib.AbstractContextManager[Info]]


@contextlib.contextmanager
def running_endpoint(*arguments: str) -> Iterator[Info]:
    """Start an endpoint, yield its ready line (with the process as ``process``), and stop it."""
    command = program.command("flux_desktop.local_endpoint", ["--parent-pipe", *arguments])
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield {**json.loads(process.stdout.readline()), "process": process}
        finally:
            process.stdin.close()
            # The pipe alone is enough, as test_endpoint_process shows, unless another child has inherited its end.
            process.terminate()
            try:
                process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                raise


def read_status(info: Info) -> dict[str, Any]:
    """The endpoint's status."""
    context = ssl.create_default_context(cafile=info["ca_file"])
    url = f"{info['url']}/local/status"
    keys = {name: info[name] for name in ("access_key", "secret_key", "region")}
    request = urllib.request.Request(url, headers=signed_headers(url, **keys, now_epoch_s=time.time()))  # noqa: S310
    with urllib.request.urlopen(request, context=context, timeout=PATIENCE_S) as answer:  # noqa: S310 - a loopback URL
        return dict(json.load(answer))


@pytest.fixture(scope="session")
def endpoint() -> Iterator[Info]:
    """The default endpoint, shared by tests that leave no state in it."""
    with running_endpoint() as info:
        yield info
        deadline = time.monotonic() + PATIENCE_S
        while open_streams := read_status(info)["streams"]:
            assert time.monotonic() < deadline, f"streams that the endpoint has not released: {open_streams}"
            time.sleep(0.02)


@pytest.fixture
def start_endpoint() -> StartEndpoint:
    """A function that starts an endpoint with arguments of its own, as a context manager."""
    return running_endpoint


@pytest.fixture
def status() -> Callable[[Info], dict[str, Any]]:
    """A function that reads an endpoint's status."""
    return read_status


@pytest.fixture(scope="session")
def sample_wav() -> Path:
    """The bundled sample, five turns of recorded speech."""
    return resource_path("sample_audio/conversation.wav")


@pytest.fixture(scope="session")
def sample_pcm(sample_wav: Path) -> bytes:
    """Its samples: 16 kHz, 16-bit, mono."""
    with wave.open(str(sample_wav), "rb") as reader:
        return reader.readframes(reader.getnframes())
