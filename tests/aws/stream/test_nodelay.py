"""TCP_NODELAY on sockets found by their descriptors, without leaking descriptors that were reused meanwhile."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from flux_desktop.aws.stream.nodelay import NoDelay


def descriptors() -> int:
    return len(list(Path("/dev/fd").iterdir()))


def no_delay(sock: socket.socket) -> int:
    return sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_every_tcp_socket_is_changed_once_and_others_are_left_alone() -> None:
    finder = NoDelay()
    first, second = socket.socketpair()
    with socket.socket() as tcp, first, second:
        before = descriptors()
        finder.apply()
        assert no_delay(tcp)
        tcp.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 0)
        finder.apply()
        assert not no_delay(tcp)
        assert descriptors() == before


def test_a_descriptor_that_was_reused_for_a_file_is_not_leaked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the scan and the duplication the network thread may close a socket and another open a file."""
    duplicate = os.dup
    with socket.socket() as tcp, open(os.devnull) as file:
        before = descriptors()
        monkeypatch.setattr(os, "dup", lambda _: duplicate(file.fileno()))
        NoDelay().apply()
        assert descriptors() == before
        assert not no_delay(tcp)
