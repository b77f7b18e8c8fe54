"""A cluster on this machine, the run that it carries, and what can be seen of both from outside."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from flux_desktop.base.resources import resource_path
from flux_desktop.cluster.local_cluster import local_cluster
from flux_desktop.cluster.membership import Membership, to_line

if TYPE_CHECKING:
    from distributed import Client

JOINED_MAX_S = 120.0
"""For generators that start on a busy machine."""
WAV = str(resource_path("sample_audio/conversation.wav"))


@contextlib.contextmanager
def cluster_in(home: Path, generators: int) -> Iterator[Membership]:
    """A cluster whose processes can be told by their environment."""
    os.environ["XDG_CACHE_HOME"], os.environ["XDG_DATA_HOME"] = str(home / "cache"), str(home / "data")
    try:
        with local_cluster(generators) as membership:
            yield membership
    finally:
        del os.environ["XDG_CACHE_HOME"], os.environ["XDG_DATA_HOME"]


def line_file(home: Path, membership: Membership) -> Path:
    """A file with the cluster's line, which nobody else can read."""
    line = home / "line"
    line.touch(0o600)
    line.write_text(to_line(membership))
    return line


def processes(home: Path, *words: str) -> list[int]:
    """Process numbers of the cluster in `home` whose command lines have all of the words."""
    pids = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            command = (entry / "cmdline").read_bytes().split(b"\0")
            if (
                all(word.encode() in command for word in words)
                and f"{home}".encode() in (entry / "environ").read_bytes()
            ):
                pids.append(int(entry.name))
    return pids


def open_streams(port: int) -> int:
    """Established TCP connections to the endpoint: one for each stream."""
    listed = subprocess.run(
        ["ss", "-Htn", "state", "established", f"dst 127.0.0.1:{port}"], check=True, capture_output=True, text=True
    ).stdout
    return len(listed.splitlines())


def run_command(info: dict[str, object], line: Path, sessions: Path, streams: int, *more: str) -> list[str]:
    """`flux-stress file` on the cluster, with the endpoint's keys."""
    return [
        *[sys.executable, "-P", "-m", "flux_desktop.cli.main", "file", "local"],
        *["--file", WAV, "--loop", "--connections", str(streams), "--cluster", str(line), "--forward-keys"],
        *["--endpoint-url", str(info["url"]), "--region", str(info["region"]), "--ca-bundle", str(info["ca_file"])],
        *["--sessions-dir", str(sessions), "--quiet", "--json", "--no-account", *more],
    ]


def environment(info: dict[str, object]) -> dict[str, str]:
    """With the endpoint's keys."""
    keys = {"AWS_ACCESS_KEY_ID": str(info["access_key"]), "AWS_SECRET_ACCESS_KEY": str(info["secret_key"])}
    return {**os.environ, **keys}


async def until_joined(membership: Membership, generators: int) -> None:
    """Wait until so many generators have registered with the coordinator."""
    from flux_desktop.cluster.nodes import client

    async with asyncio.timeout(JOINED_MAX_S), client(membership, JOINED_MAX_S) as joined:
        await registered(joined, generators)


async def registered(joined: Client, generators: int) -> list[str]:
    """The addresses of the generators, once there are so many."""
    while len(known := (await joined.scheduler.identity(n_workers=-1))["workers"]) < generators:  # noqa: ASYNC110
        await asyncio.sleep(0.1)
    return list(known)
