"""Sockets that belong to other code: found, duplicated for a moment, and never leaked."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Iterator

import pytest

from flux_desktop.base.open_sockets import OWN_DESCRIPTORS, duplicated_socket, socket_descriptors

pytestmark = pytest.mark.skipif(
    not OWN_DESCRIPTORS.is_dir(), reason="this system does not list a process's descriptors"
)


def descriptors() -> int:
    return len(os.listdir(OWN_DESCRIPTORS))


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    near, far = socket.socketpair()
    with near, far:
        yield near, far


def test_sockets_are_listed_and_nothing_else(pair: tuple[socket.socket, socket.socket]) -> None:
    reads, writes = os.pipe()
    try:
        with tempfile.TemporaryFile() as file:
            numbers = {descriptor for descriptor, _ in socket_descriptors()}
            assert {pair[0].fileno(), pair[1].fileno()} <= numbers
            assert not numbers & {file.fileno(), reads, writes}
    finally:
        os.close(reads)
        os.close(writes)


def test_a_duplicate_is_closed_and_the_original_stays_open(pair: tuple[socket.socket, socket.socket]) -> None:
    before = descriptors()
    with duplicated_socket(pair[0].fileno()) as handle:
        assert handle.fileno() != pair[0].fileno()
        assert descriptors() == before + 1
    assert descriptors() == before
    pair[0].send(b"x")
    assert pair[1].recv(1) == b"x"


def test_a_descriptor_reused_for_a_file_is_refused_without_a_leak() -> None:
    with tempfile.TemporaryFile() as file:
        before = descriptors()
        for _ in range(5):
            with pytest.raises(OSError, match="socket"), duplicated_socket(file.fileno()):
                pass
        assert descriptors() == before


def test_a_closed_descriptor_is_refused() -> None:
    near, far = socket.socketpair()
    number = near.fileno()
    near.close()
    far.close()
    with pytest.raises(OSError, match="descriptor"), duplicated_socket(number):
        pass
