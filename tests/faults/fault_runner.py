"""Runs cases of the fault matrix: the real engine and SDK against misbehaving peers, over real TLS and HTTP/2.

All time limits of the product are scaled by one factor, so that half a minute becomes some seconds.
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
from flux_desktop.engine.worker.run import Run
from flux_desktop.engine.worker.sagemaker_transport import SageMakerTransport
from flux_desktop.flux.options import FluxOptions
from tests.aws.hostile_peer import Peer, Session, hostile_peer
from tests.aws.streaming import CREDENTIALS
from tests.aws.throwaway_ca import Authority, make_authority
from tests.engine.sending.memory_chunks import MemoryChunkSource
from tests.faults.fault_case import DNS, EXPIRED, HTTP1, OTHER_SERVERS, PLAIN, PREFLIGHT, UNTRUSTED, WRONG_HOST, Case
from tests.faults.scripted_conversation import BEFORE_CONNECTED, CONNECTING, ScriptedConversation, healthy
from tests.faults.tcp_proxy import TcpProxy, Treatment, tcp_proxy

SCALE = 0.3
"""The one setting: every limit of the product is multiplied by it."""
END_WITHIN_S = 35.0 * SCALE
"""A stream that does not recover ends within this time after the fault."""
LIMITS = Timeouts().scaled(SCALE)
STREAM_LIMITS = StreamTimeouts().scaled(SCALE)
CASE_MAX_S = 90.0
CHUNK_S = 0.08
CHUNK_BYTES = 2560
SPEECH = b"\x01\x02" * (CHUNK_BYTES // 2)
LINGERS = frozenset({UNTRUSTED, EXPIRED, WRONG_HOST, "mute", "drip"})
"""The TLS library keeps the socket of an abandoned handshake for 10 s, and after a refused
certificate for up to half a minute: the end of the matrix waits for those."""
NO_SUCH_HOST = f"{'x' * 64}.invalid"
"""A label that is too long for any name: resolved to nothing at once, also where there is no name service."""


@dataclass
class Outcome:
    """The outcome of a case. `seconds` is the time from the fault to the end of its stream."""

    case: Case
    exit: ExitCode
    ledger: str
    problem: Problem | None
    seconds: float
    summary: ConnectionSummary | None = None
    healthy: ConnectionSummary | None = None
    events: list[Event] = field(default_factory=list)
    leftovers: list[str] = field(default_factory=list)


class _Setting:
    """A case's peer and proxy, and their shared state."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.fault_at_s = 0.0
        self.proxy: TcpProxy
        self.peer_port = self.other_port = 0
        self._streams = 0
        self._healthy = 0 if case.alone else 1

    async def behave(self, session: Session) -> None:
        """The first stream is the healthy one, unless the case is alone; the following ones meet the fault."""
        case, attempt = self.case, self._streams - self._healthy
        self._streams += 1
        if attempt < 0 or (case.recovers and attempt > 0):
            await healthy(session)
            return
        connection = self.proxy.connection_from(session.writer.get_extra_info("peername")[1])
        conversation = ScriptedConversation(session)
        act, phase = (case.act, case.phase) if not attempt or case.after is None else (case.after, CONNECTING)
        if phase != CONNECTING and not await conversation.reaches(phase):
            conversation.finish()  # the audio ended before the phase was reached
            return
        # An opening and all its attempts are one; in mid-stream each loss is a fault of its own.
        if not self.fault_at_s or case.phase not in (CONNECTING, BEFORE_CONNECTED):
            self.fault_at_s = time.monotonic()
        await act(session, connection, conversation)

    def treatment(self, number: int) -> Treatment:
        """What the tcp_proxy does with its connection of that number."""
        case = self.case
        first = 0 if case.alone or case.phase == PREFLIGHT else 1
        if case.treatment is None or case.treatment == DNS or number < first or (case.recovers and number > first):
            return self.peer_port
        return self.other_port or case.treatment


async def run_case(case: Case, folder: Path) -> Outcome:
    """Carry out one case; its peers are gone afterwards."""
    setting, authority = _Setting(case), make_authority(folder)
    async with contextlib.AsyncExitStack() as stack:
        peer = await stack.enter_async_context(hostile_peer(authority, setting.behave, **case.peer))
        setting.peer_port = peer.port
        if case.treatment in OTHER_SERVERS:
            setting.other_port = await stack.enter_async_context(_other_server(str(case.treatment), authority, folder))
        setting.proxy = await stack.enter_async_context(tcp_proxy(setting.treatment, peer.port))
        async with asyncio.timeout(CASE_MAX_S):
            outcome = await (_preflight if case.phase == PREFLIGHT else _stream)(case, setting, peer)
        if case.treatment not in LINGERS and setting.proxy.is_prompt:
            outcome.leftovers = await _leftovers(peer, setting.proxy)
        return outcome


async def _preflight(case: Case, setting: _Setting, peer: Peer) -> Outcome:
    """The preflight check, as `engine.supervision.preflight` takes it."""
    plan = _plan(case, setting.proxy, peer)
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


async def _stream(case: Case, setting: _Setting, peer: Peer) -> Outcome:
    """A run with the healthy stream, then the affected one."""
    plan = _plan(case, setting.proxy, peer)
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
        lambda *_: MemoryChunkSource(speech, CHUNK_BYTES, loop=False, limit_bytes=None),
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
    affected = plan.connections
    summary = by_conn[affected]
    fault_at_s = setting.fault_at_s or began_s.get(-affected) or began_s[affected]
    return Outcome(
        case,
        status,
        str(summary.ledger),
        summary.problem,
        ended_s[affected] - fault_at_s,
        summary=summary,
        healthy=None if case.alone else by_conn[1],
        events=events,
    )


def _plan(case: Case, proxy: TcpProxy, peer: Peer) -> RunPlan:
    host = NO_SUCH_HOST if case.treatment == DNS else "127.0.0.1"
    return RunPlan(
        endpoint="hostile",
        source=WavSource(path="none.wav"),
        options=FluxOptions(eot_timeout_ms=case.eot_timeout_ms),
        connections=1 if case.alone else 2,
        endpoint_url=f"https://{host}:{proxy.port}",
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


async def _leftovers(peer: Peer, proxy: TcpProxy) -> list[str]:
    """Connections that are still open three seconds after the run."""
    deadline_s = time.monotonic() + 3.0
    while (peer.open_connections or proxy.open_connections) and time.monotonic() < deadline_s:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    open_connections = {
        "connections to the peer": peer.open_connections,
        "connections to the proxy": proxy.open_connections,
    }
    return [f"{number} {what}" for what, number in open_connections.items() if number]
