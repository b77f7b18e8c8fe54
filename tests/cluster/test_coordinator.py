"""Tests for cluster.coordinator; whole clusters are in test_pool."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from flux_desktop.base.problem import ProblemError
from flux_desktop.cli.exit_codes import ExitCode
from flux_desktop.cli.outcome import problem_exit_code
from flux_desktop.cluster.coordinator import coordinate
from flux_desktop.cluster.membership import Membership


async def test_a_port_that_is_taken_is_reported() -> None:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        with pytest.raises(ProblemError, match=f"127.0.0.1:{port} cannot be listened on") as refused:
            await coordinate(f"127.0.0.1:{port}", lambda _: None, lambda _: None)
        assert problem_exit_code(refused.value.problem) == ExitCode.USAGE
    finally:
        server.close()


async def test_only_members_get_an_answer() -> None:
    ready: asyncio.Future[Membership] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(coordinate("127.0.0.1:0", ready.set_result, lambda _: None))
    try:
        address = urlsplit((await ready).address)
        stranger = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        stranger.check_hostname = False
        stranger.verify_mode = ssl.CERT_NONE
        for context in (None, stranger):
            reader, writer = await asyncio.open_connection(address.hostname, address.port, ssl=context)
            writer.write(b"GET / HTTP/1.0\r\n\r\n")
            with pytest.raises((ssl.SSLError, ConnectionError, AssertionError)):
                assert await reader.read(), "closed without a word"
            writer.close()
    finally:
        task.cancel()
        await asyncio.wait({task})


async def test_dask_keeps_its_files_in_a_folder_of_this_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By default they are below one that all users of the machine share, and from which Python would import."""
    shared, cache = tmp_path / "shared", tmp_path / "cache"
    shared.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(shared))
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    ready: asyncio.Future[Membership] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(coordinate("127.0.0.1:0", ready.set_result, lambda _: None))
    await ready
    (folder,) = (cache / "flux-desktop").iterdir()
    assert folder.name.startswith("coordinator-")
    assert folder.stat().st_mode & 0o077 == 0
    task.cancel()
    await asyncio.wait({task})
    assert not list(shared.iterdir())
    assert not list((cache / "flux-desktop").iterdir())
