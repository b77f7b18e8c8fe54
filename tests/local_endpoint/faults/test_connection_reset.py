"""Connections that are reset on purpose: the client sees a reset, and the process keeps no descriptor of them."""

from __future__ import annotations

import contextlib
import os
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from flux_desktop.base.open_sockets import OWN_DESCRIPTORS
from flux_desktop.local_endpoint.faults.connection_reset import reset_connection
from tests.local_endpoint.wire_client import WireClient
from tests.waiting import PATIENCE_S

Info = dict[str, Any]
pytestmark = pytest.mark.skipif(
    not OWN_DESCRIPTORS.is_dir(), reason="this system does not list a process's descriptors"
)
LINUX_ONLY = pytest.mark.skipif(
    not Path("/proc/self/fd").is_dir(), reason="reads another process's descriptors in /proc"
)


@contextlib.contextmanager
def connection() -> Iterator[tuple[socket.socket, socket.socket]]:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.create_connection(listener.getsockname(), timeout=PATIENCE_S) as client,
        listener.accept()[0] as served,
    ):
        yield client, served


def test_the_connection_from_that_port_is_reset_and_no_other() -> None:
    with connection() as (client, _), connection() as (other, other_served):
        before = len(os.listdir(OWN_DESCRIPTORS))
        assert reset_connection(client.getsockname()[1])
        with pytest.raises(ConnectionResetError):
            client.recv(1)
        other_served.send(b"x")
        assert other.recv(1) == b"x"
        assert len(os.listdir(OWN_DESCRIPTORS)) == before


def test_a_connection_that_is_closed_already_is_reported() -> None:
    with connection() as (client, served):
        port = client.getsockname()[1]
        served.close()
        before = len(os.listdir(OWN_DESCRIPTORS))
        assert not reset_connection(port)
        assert len(os.listdir(OWN_DESCRIPTORS)) == before


@LINUX_ONLY
@pytest.mark.parametrize("fault", ["cut-mid-stream=0.1", "die-before-headers"])
def test_descriptors_stay_flat_over_24_cut_streams(
    start_endpoint: Callable[..., contextlib.AbstractContextManager[Info]], fault: str
) -> None:
    with start_endpoint("--recogniser", "silent", "--fault", fault) as info:
        folder = Path(f"/proc/{info['process'].pid}/fd")

        def open_now() -> int:
            return len(list(folder.iterdir()))

        def cut_one() -> None:
            with WireClient(info) as client:
                if fault.startswith("cut"):
                    client.wait_for("Connected")
                    client.audio(bytes(2560 * 3))
                client.wait_end()
                assert client.reset

        cut_one()  # what is opened once, for the first stream
        figures = [open_now()]
        for _ in range(24):
            cut_one()
            figures.append(open_now())
        deadline = time.monotonic() + PATIENCE_S
        while open_now() > figures[0] and time.monotonic() < deadline:
            time.sleep(0.02)
        print(f"{fault}: open descriptors after each of 25 streams: {figures}, at the end {open_now()}")
        assert max(figures) <= figures[0] + 3
        assert open_now() <= figures[0]
