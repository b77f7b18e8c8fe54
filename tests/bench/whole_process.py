"""Whole commands under measurement: CPU of all their processes, from start to exit, and the chunks that arrived.

Ours is `flux-stress file` as a user starts it. FORMER_CLIENT may name the command of another client. Its placeholders
are {url}, {ca_file}, {region}, {endpoint}, {sample}, {streams} and {seconds}; keys are in its environment.
"""

from __future__ import annotations

import asyncio
import os
import resource
import shlex
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from flux_desktop.aws.wire.sigv4 import signed_headers
from flux_desktop.base.resources import resource_path
from flux_desktop.engine.supervision.local_endpoint_process import LocalEndpoint, LocalEndpointInfo
from flux_desktop.engine.supervision.transcript_provenance import opener_for
from tests.bench.our_client import SAMPLE
from tests.bench.process_figures import cpu_s

FORMER_CLIENT = "FORMER_CLIENT"
_ENDPOINT = "flux-en-prod-demo"
"""One that the built-in endpoint always serves; `local` would start another endpoint."""
STARTS = 3
_POLL_S = 0.02
_OVERRUN_MAX_S = 120.0


class Whole(msgspec.Struct, kw_only=True):
    """One command with `streams` streams for `seconds`."""

    streams: int
    seconds: float
    cpu_s: float
    """Of all its processes, from start to exit."""
    first_chunk_cpu_s: float
    """The part until its first chunk arrived."""
    first_chunk_s: float
    chunks: int
    exit_code: int

    @property
    def keeps_pace(self) -> bool:
        """Whether at least 98 % of the audio arrived."""
        return self.chunks >= 0.98 * self.streams * self.seconds / 0.08

    @property
    def steady_us_per_chunk(self) -> float:
        """CPU after the first chunk; it includes the opening of the other streams and the end."""
        return (self.cpu_s - self.first_chunk_cpu_s) / max(1, self.chunks) * 1e6


async def ours(local: LocalEndpoint, streams: int, seconds: float) -> Whole:
    """`flux-stress file` against the endpoint that runs already."""
    with tempfile.TemporaryDirectory(prefix="flux-bench-") as folder:
        command = [sys.executable, "-P", "-m", "flux_desktop.cli.main", "file", "{endpoint}", "--file", "{sample}"]
        command += ["--loop", "--connections", "{streams}", "--duration", "{seconds}s", "--quiet"]
        command += ["--endpoint-url", "{url}", "--ca-bundle", "{ca_file}", "--region", "{region}"]
        return await _measure(local, [*command, "--sessions-dir", folder], streams, seconds)


async def former(local: LocalEndpoint, streams: int, seconds: float) -> Whole | None:
    """The command in FORMER_CLIENT; None where none is named."""
    command = os.environ.get(FORMER_CLIENT)
    return await _measure(local, shlex.split(command), streams, seconds) if command else None


async def rows(local: LocalEndpoint, streams: int, seconds: float) -> list[tuple[str, str, str, bool | None]]:
    """Figure, mark, what was measured and whether it holds: the start, and both clients' whole commands."""
    # The first start may have to compile modules, which later ones of an installed program do not.
    _first, *starts = [await ours(local, 1, 1) for _ in range(1 + STARTS)]
    one = sorted(starts, key=lambda start: start.first_chunk_cpu_s)[STARTS // 2]
    mine, theirs = await ours(local, streams, seconds), await former(local, streams, seconds)
    start, is_short = f"{one.first_chunk_cpu_s:.2f} s of CPU in {one.first_chunk_s:.1f} s", one.first_chunk_cpu_s <= 1.2
    table_rows: list[tuple[str, str, str, bool | None]] = [
        (
            f"start of `flux-stress file` to its first chunk, all processes, median of {STARTS}",
            "≤ 1.2 s",
            start,
            is_short,
        ),
        (f"`flux-stress file`, {streams} streams for {seconds:g} s (no mark)", "–", _described(mine), None),
    ]
    if theirs is not None:
        table_rows.append((f"{FORMER_CLIENT}, {streams} streams for {seconds:g} s", "–", _described(theirs), None))
        ratio = f"{mine.cpu_s / theirs.cpu_s:.2f}"
        if not (mine.keeps_pace and theirs.keeps_pace):
            ratio += ", not comparable: one does not keep pace"
        table_rows.append((f"whole command, ours ÷ {FORMER_CLIENT}", "–", ratio, None))
    return table_rows


def _described(whole: Whole) -> str:
    pace = "" if whole.keeps_pace else ", does NOT keep pace"
    return f"{whole.cpu_s:.1f} s of CPU, {whole.first_chunk_cpu_s:.1f} s of it before the first chunk{pace}"


async def _measure(local: LocalEndpoint, command: list[str], streams: int, seconds: float) -> Whole:
    info = local.info
    assert info is not None
    status = await asyncio.to_thread(status_reader, info)
    values: dict[str, object] = {
        "url": info.url,
        "ca_file": info.ca_file,
        "region": info.region,
        "endpoint": _ENDPOINT,
        "sample": resource_path(SAMPLE),
        "streams": streams,
        "seconds": f"{seconds:g}",
    }
    keys = {"AWS_ACCESS_KEY_ID": info.access_key, "AWS_SECRET_ACCESS_KEY": info.secret_key, "AWS_REGION": info.region}
    chunks_before = (await asyncio.to_thread(status))["chunks"]
    used_before, started_s = _children_cpu_s(), time.monotonic()
    process = await asyncio.create_subprocess_exec(
        *(part.format(**values) for part in command),
        # Bytecode may be written: see `rows`.
        env={**os.environ, **keys, "AWS_CA_BUNDLE": info.ca_file, "PYTHONDONTWRITEBYTECODE": ""},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    ended = asyncio.create_task(process.wait())
    first: tuple[float, float] | None = None
    while first is None and not ended.done():
        if (await asyncio.to_thread(status))["chunks"] > chunks_before:
            first = (sum(map(cpu_s, _tree(process.pid))), time.monotonic() - started_s)
        await asyncio.sleep(_POLL_S)
    async with asyncio.timeout(seconds + _OVERRUN_MAX_S):
        exit_code = await ended
    return Whole(
        streams=streams,
        seconds=seconds,
        cpu_s=_children_cpu_s() - used_before,
        first_chunk_cpu_s=first[0] if first else 0.0,
        first_chunk_s=first[1] if first else 0.0,
        chunks=(await asyncio.to_thread(status))["chunks"] - chunks_before,
        exit_code=exit_code,
    )


def _children_cpu_s() -> float:
    """Of children that have ended, and of theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _tree(pid: int) -> list[int]:
    """The process and all its descendants."""
    children = [
        int(child) for path in Path(f"/proc/{pid}/task").glob("*/children") for child in path.read_text().split()
    ]
    return [pid, *(below for child in children for below in _tree(child))]


def status_reader(info: LocalEndpointInfo) -> Callable[[], dict[str, Any]]:
    """Reads the endpoint's own figures. Blocks."""
    opener, url = opener_for(info), f"{info.url}/local/status"

    def read() -> dict[str, Any]:
        headers = signed_headers(
            url,
            access_key=info.access_key,
            secret_key=info.secret_key,
            region=info.region,
            now_epoch_s=time.time(),
        )
        with opener.open(urllib.request.Request(url, headers=headers), timeout=10) as answer:  # noqa: S310
            status: dict[str, Any] = msgspec.json.decode(answer.read())
            return status

    return read
