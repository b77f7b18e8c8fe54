"""Runs cases of the fault matrix: the real engine and SDK, over real TLS and HTTP/2, to peers that misbehave.

All times of the product are scaled by one factor, so that what takes half a minute takes some seconds.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from flux_desktop.aws.probe import PROBE_LIMIT_S, probe
from flux_desktop.aws.target import StreamTarget, StreamTimeouts
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.cli.exit_codes import ExitCode
from flux_desktop.cli.outcome import exit_code
from flux_desktop.engine.connection.context import Timeouts
from flux_desktop.engine.measuring.histogram import ledger
from flux_desktop.engine.measuring.run_totals import RunTotals
from flux_desktop.engine.records.commands import StartRun
from flux_desktop.engine.records.events import ConnectionChanged, ConnectionEnded, Event, RunEnded
from flux_desktop.engine.records.facts import ConnectionState, ConnectionSummary, Verdict
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.engine.sending.chunk_source import FileChunkSource
from flux_desktop.engine.worker.run import Run
from flux_desktop.engine.worker.sagemaker_transport import SageMakerTransport
from flux_desktop.flux.options import FluxOptions
from tests.aws.hostile_peer import Peer, Session, hostile_peer
from tests.aws.streaming import CREDENTIALS
from tests.aws.throwaway_ca import Authority, make_authority
from tests.faults.fault_case import DNS, EXPIRED, HTTP1, OTHER_SERVERS, PLAIN, PREFLIGHT, UNTRUSTED, WRONG_HOST, Case
from tests.faults.switchboard import Fate, Switchboard, switchboard
from tests.faults.talk import BEFORE_CONNECTED, CONNECTING, Talk, healthy

SCALE = 0.3
"""The one setting: every limit of the product is multiplied by it."""
END_WITHIN_S = 35.0 * SCALE
"""So long after the fault a stream that does not recover has reached its end."""
LIMITS = Timeouts().scaled(SCALE)
STREAM_LIMITS = StreamTimeouts().scaled(SCALE)
CASE_MAX_S = 90.0
CHUNK_S = 0.08
CHUNK_BYTES = 2560
SPEECH = b"\x01\x02" * (CHUNK_BYTES // 2)
LINGERS = frozenset({UNTRUSTED, EXPIRED, WRONG_HOST, "mute", "drip"})
"""The TLS library keeps the socket of a handshake that nobody waits for any more for 10 s, and after a refused
certificate for up to half a minute: the end of the matrix waits for those."""
NO_SUCH_HOST = f"{'x' * 64}.invalid"
"""A label that is too long for any name: resolved to nothing at once, also where there is no name service."""


@dataclass
class Outcome:
    """What came of a case. `seconds` are from the strike of the fault to the end of its stream."""

    case: Case
    exit: ExitCode
    ledger: str
    problem: Problem | None
    seconds: float
    summary: ConnectionSummary | None = None
    beside: ConnectionSummary | None = None
    events: list[Event] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


class _World:
    """A case's peer and its switchboard, and what they know of each other."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.struck_at_s = 0.0
        self.board: Switchboard
        self.peer_port = self.other_port = 0
        self._streams = 0
        self._healthy = 0 if case.alone else 1

    async def behave(self, session: Session) -> None:
        """The first stream is the healthy one, unless the case is alone; the following ones meet the fault."""
        case, attempt = self.case, self._streams - self._healthy
        self._streams += 1
        if attempt < 0 or (case.heals and attempt > 0):
            await healthy(session)
            return
        line = self.board.line_of(session.writer.get_extra_info("peername")[1])
        talk = Talk(session)
        act, phase = (case.act, case.phase) if not attempt or case.after is None else (case.after, CONNECTING)
        if phase != CONNECTING and not await talk.reaches(phase):
            talk.finish()  # the audio was over before: there is nothing left to spoil
            return
        # An opening and all its attempts are one; in mid-stream each loss is a fault of its own.
        if not self.struck_at_s or case.phase not in (CONNECTING, BEFORE_CONNECTED):
            self.struck_at_s = time.monotonic()
        await act(session, line, talk)

    def fate(self, number: int) -> Fate:
        """What the switchboard does with its connection of that number."""
        case = self.case
        first = 0 if case.alone or case.phase == PREFLIGHT else 1
        if case.fate is None or case.fate == DNS or number < first or (case.heals and number > first):
            return self.peer_port
        return self.other_port or case.fate


async def run_case(case: Case, folder: Path) -> Outcome:
    """Carry out one case; its peers are gone afterwards."""
    world, authority = _World(case), make_authority(folder)
    async with contextlib.AsyncExitStack() as stack:
        peer = await stack.enter_async_context(hostile_peer(authority, world.behave, **case.peer))
        world.peer_port = peer.port
        if case.fate in OTHER_SERVERS:
            world.other_port = await stack.enter_async_context(_other_server(str(case.fate), authority, folder))
        world.board = await stack.enter_async_context(switchboard(world.fate, peer.port))
        async with asyncio.timeout(CASE_MAX_S):
            outcome = await (_look if case.phase == PREFLIGHT else _stream)(case, world, peer)
        if case.fate not in LINGERS and world.board.is_prompt:
            outcome.left = await _left(peer, world.board)
        return outcome


async def _look(case: Case, world: _World, peer: Peer) -> Outcome:
    """The look at the way before a run, as `engine.supervision.preflight` takes it."""
    plan = _plan(case, world.board, peer)
    target = StreamTarget(
        endpoint_name=plan.endpoint, region=plan.region, endpoint_url=plan.endpoint_url, ca_file=plan.ca_file
    )
    began_s = time.monotonic()
    try:
        await probe(target, limit_s=PROBE_LIMIT_S * SCALE)
        problem = None
    except ProblemError as error:
        problem = error.problem
    ended = RunEnded(t=0.0, verdict=Verdict.FAIL, ledger=ledger([], plan.connections), problem=problem)
    status = exit_code(ended, [], interrupted=False)
    return Outcome(case, status, "not started", problem, time.monotonic() - began_s)


async def _stream(case: Case, world: _World, peer: Peer) -> Outcome:
    """A run with the struck stream, and before it the healthy one."""
    plan = _plan(case, world.board, peer)
    events: list[Event] = []
    ended_s: dict[int, float] = {}
    began_s: dict[int, float] = {}

    def emit(event: Event) -> None:
        events.append(event)
        if isinstance(event, ConnectionEnded):
            ended_s[event.summary.conn] = time.monotonic()
        elif isinstance(event, ConnectionChanged) and event.state in (
            ConnectionState.CONNECTING,
            ConnectionState.STREAMING,
        ):
            if event.state is ConnectionState.CONNECTING and event.problem is None:
                began_s[event.conn] = time.monotonic()
            elif case.alone:
                began_s.setdefault(-event.conn, time.monotonic())

    speech = SPEECH * round(case.audio_s / CHUNK_S) + bytes(CHUNK_BYTES * round(case.pause_s / CHUNK_S))
    start = StartRun(
        plan=plan,
        connections=list(range(1, plan.connections + 1)),
        origin_s=time.monotonic(),
        credentials=CREDENTIALS,
    )
    run = Run(
        start,
        SageMakerTransport(plan, CREDENTIALS, STREAM_LIMITS),
        lambda _: FileChunkSource(speech, CHUNK_BYTES, loop=False, limit_bytes=None),
        emit,
        timeouts=LIMITS,
    )
    await run.carry_out()
    totals = RunTotals(plan)
    # Its ends alone: whether this machine was busy is no matter here.
    summaries = [event.summary for event in events if isinstance(event, ConnectionEnded)]
    for event in events:
        if isinstance(event, ConnectionEnded):
            totals.take(event, 1, alone=True)
    status = exit_code(totals.ended(0.0, interrupted=False), summaries, interrupted=False)
    by_conn = {summary.conn: summary for summary in summaries}
    struck = plan.connections
    summary = by_conn[struck]
    struck_at_s = world.struck_at_s or began_s.get(-struck) or began_s[struck]
    return Outcome(
        case,
        status,
        str(summary.ledger),
        summary.problem,
        ended_s[struck] - struck_at_s,
        summary=summary,
        beside=None if case.alone else by_conn[1],
        events=events,
    )


def _plan(case: Case, board: Switchboard, peer: Peer) -> RunPlan:
    host = NO_SUCH_HOST if case.fate == DNS else "127.0.0.1"
    return RunPlan(
        endpoint="hostile",
        source=WavSource(path="none.wav"),
        options=FluxOptions(eot_timeout_ms=case.eot_timeout_ms),
        connections=1 if case.alone else 2,
        endpoint_url=f"https://{host}:{board.port}",
        ca_file=peer.ca_file,
        chunk_s=CHUNK_S,
        opening_max=1,  # the healthy stream stands before the other one is opened
        **case.plan,
    )


@contextlib.asynccontextmanager
async def _other_server(kind: str, authority: Authority, folder: Path) -> AsyncIterator[int]:
    """The port of a server that no stream can use."""
    if kind == PLAIN:
        async with _plain_server() as port:
            yield port
        return
    if kind == UNTRUSTED:
        context = make_authority(folder).server_context()
    elif kind == EXPIRED:
        context = authority.server_context(expired=True)
    elif kind == WRONG_HOST:
        context = authority.server_context(hosts=("example.test",))
    else:
        assert kind == HTTP1
        context = authority.server_context(alpn=("http/1.1",))
    async with hostile_peer(authority, "silent", context=context) as other:
        yield other.port


@contextlib.asynccontextmanager
async def _plain_server() -> AsyncIterator[int]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            await reader.read(100)
            writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def _left(peer: Peer, board: Switchboard) -> list[str]:
    """Connections that are still there three seconds after the run."""
    deadline_s = time.monotonic() + 3.0
    while (peer.open_connections or board.open_lines) and time.monotonic() < deadline_s:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    found = {"connections to the peer": peer.open_connections, "connections to the switchboard": board.open_lines}
    return [f"{number} {what}" for what, number in found.items() if number]
