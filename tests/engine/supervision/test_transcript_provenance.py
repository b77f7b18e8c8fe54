"""Queries of the built-in endpoint's status: a failed answer of any kind is survived, and only changes are reported."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import msgspec
import pytest

from flux_desktop.engine.supervision import transcript_provenance
from flux_desktop.engine.supervision.local_endpoint_process import LocalEndpointInfo
from flux_desktop.engine.supervision.transcript_provenance import Sources
from tests.aws.throwaway_ca import make_authority
from tests.waiting import PATIENCE_S


def answer(streams: object) -> bytes:
    body = msgspec.json.encode({"streams": streams})
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%b" % (len(body), body)


WHOLE = answer({"a": ["script"]})


@contextlib.asynccontextmanager
async def answering(folder: Path, answers: Iterator[bytes]) -> AsyncIterator[LocalEndpointInfo]:
    """A TLS server that gives one answer to each connection and closes it."""
    authority = make_authority(folder)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(next(answers))
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(
        serve, "127.0.0.1", 0, ssl=authority.server_context(alpn=("http/1.1",)), backlog=8
    )
    async with server:
        url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield LocalEndpointInfo(
            url=url, region="us-east-1", ca_file=str(authority.ca_file), access_key="AKIDEXAMPLE", secret_key="x"
        )


async def reports_of(folder: Path, answers: list[bytes], wanted: int) -> list[Sources]:
    """The first reports of a watch whose queries get these answers, the last of them again and again."""
    reports: list[Sources] = []
    enough = asyncio.Event()

    def report(sources: Sources) -> None:
        reports.append(sources)
        if len(reports) == wanted:
            enough.set()

    def endless() -> Iterator[bytes]:
        yield from answers
        while True:
            yield answers[-1]

    async with answering(folder, endless()) as info:
        watching = asyncio.create_task(transcript_provenance.watch(info, report, interval_s=0.005))
        waiting = asyncio.create_task(enough.wait())
        await asyncio.wait({watching, waiting}, timeout=PATIENCE_S, return_when=asyncio.FIRST_COMPLETED)
        failure = watching.exception() if watching.done() else None
        for task in (watching, waiting):
            task.cancel()
        await asyncio.gather(watching, waiting, return_exceptions=True)
    if failure is not None:
        raise failure
    return reports


@pytest.mark.parametrize(
    "broken",
    [
        WHOLE[:-4],
        WHOLE[:30],
        b"",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\nabc",
        b"no HTTP at all\r\n\r\n",
        b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n",
        answer("no streams"),
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n\xff{{",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
    ],
    ids=[
        "body cut off",
        "headers cut off",
        "closed",
        "chunk cut off",
        "not HTTP",
        "500",
        "types",
        "not JSON",
        "headers",
    ],
)
async def test_an_answer_that_cannot_be_used_is_followed_by_the_next_query(broken: bytes, tmp_path: Path) -> None:
    assert await reports_of(tmp_path, [broken, broken, WHOLE], 1) == [{"a": ["script"]}]


async def test_only_changes_are_reported_and_streams_without_a_source_wait(tmp_path: Path) -> None:
    answers = [
        answer({"a": [], "b": ["script"]}),
        answer({"a": [], "b": ["script"]}),
        answer({"a": ["script"], "b": ["script"]}),
        answer({"a": ["Whisper tiny.en", "script"]}),
    ]
    assert await reports_of(tmp_path, answers, 3) == [
        {"b": ["script"]},
        {"a": ["script"]},
        {"a": ["Whisper tiny.en", "script"]},
    ]
