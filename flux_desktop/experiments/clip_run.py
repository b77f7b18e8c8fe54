"""Clips of a data set, each on a connection of its own, at most so many at once: one ordinary run on demand.

Connection k of the run sends clip `entries[k - 1]` with the parameters of variant (k - 1) modulo their number, followed
by silence until its last turn has ended. When a connection ends, the next one opens.
"""

from __future__ import annotations

import asyncio
import heapq
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from flux_desktop.audio.recording import open_recording
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.datasets.clip import Clip
from flux_desktop.engine.connection.retry_policy import REFUSED_PARAMETERS
from flux_desktop.engine.measuring.run_totals import ENDS_WITHOUT_WORKER
from flux_desktop.engine.records.audio_events import ClipStarted
from flux_desktop.engine.records.commands import SendControl
from flux_desktop.engine.records.events import ConnectionChanged, ConnectionEnded, Event, Notice, RunEnded, RunStarted
from flux_desktop.engine.records.facts import ConnectionState, LedgerClass
from flux_desktop.engine.records.plan import DataSetSource, RunPlan
from flux_desktop.engine.supervision.local_endpoint_process import LocalEndpoint
from flux_desktop.engine.supervision.supervisor import Supervisor
from flux_desktop.experiments.invalid import invalid_note
from flux_desktop.flux.options import FluxOptions

_OPENING_S = 0.5
_FAILURES_MAX = 10
"""Clips that fail one after another, before the run is given up."""


class ClipProgress(Struct, frozen=True, kw_only=True):
    """How far a run is."""

    done: int
    failed: int
    total: int
    open: int


class ClipRunResult(Struct, frozen=True, kw_only=True):
    """How a run ended. `refused`: the first connection's parameters were refused, and no other one was opened."""

    ended: RunEnded
    session_folder: Path | None
    done: int
    failed: int
    sent_s: float = 0.0
    """Audio and silence sent, of all streams together."""
    refused: Problem | None = None
    unsupported: bool = False
    """A connection was ended because the build does not accept a control message."""
    given_up: Problem | None = None
    """Why another run would fare no better: a generator of the cluster was lost, or nothing can be recorded."""
    problem: Problem | None = None
    """The first problem of a connection, or why the run could not be carried out."""

    def invalid_note(self, what: str) -> str:
        """What an INVALID run means for its figures; empty for any other."""
        return invalid_note(f"The {what}", self.ended)


def clip_plan(
    base: RunPlan,
    data: str | Path,
    entries: Sequence[int],
    *,
    at_once: int,
    purpose: str = "sweep",
    columns: Mapping[str, str] | None = None,
    variants: Sequence[FluxOptions] = (),
    line_noise_dbfs: float | None = None,
) -> RunPlan:
    """The plan of a run over these clips; `base` has the endpoint. `options` are an upper bound of the variants."""
    return replace(
        base,
        source=DataSetSource(
            path=str(data), columns=dict(columns or {}), entries=tuple(entries), trailing_silence_s=0.0
        ),
        variants=tuple(variants),
        connections=max(1, min(at_once, len(entries))),
        line_noise_dbfs=line_noise_dbfs,
        purpose=purpose,
        on_demand=True,
        reconnect=False,
        duration_s=None,
        stages=(),
        batch_size=0,
        limits=(),
    )


def stream_s(clip: Clip, timeout_ms: float) -> float:
    """How long the stream of a clip lasts at most."""
    try:
        clip_s = clip.duration_s or open_recording(clip.path).duration_s - clip.offset_s
    except ProblemError:
        clip_s = 0.0  # the run reports it
    return clip_s + timeout_ms / 1000 + _OPENING_S


def lasts_s(streams_s: Iterable[float], at_once: int) -> float:
    """How long streams of these lengths last, of which the next one opens whenever one of `at_once` has ended."""
    ends_s = [0.0] * max(1, at_once)
    for stream_s in streams_s:
        heapq.heapreplace(ends_s, ends_s[0] + stream_s)
    return max(ends_s)


MakeEngine = Callable[[Callable[[Event], None]], Supervisor]


class ClipRun:
    """Carries out one plan of `clip_plan`. With `scout` the first connection must be accepted before others open.

    `force_ends_s` has, by a clip's place in the data set, where in its audio ForceEndTurn is sent.
    """

    def __init__(
        self,
        plan: RunPlan,
        *,
        scout: bool = False,
        force_ends_s: Mapping[int, Sequence[float]] | None = None,
        on_progress: Callable[[ClipProgress], None] = lambda _: None,
        on_event: Callable[[Event], None] = lambda _: None,
        local: LocalEndpoint | None = None,
        sessions_dir: Path | None = None,
        make_engine: MakeEngine | None = None,
    ) -> None:
        """`make_engine` makes the engine of a front end, which then says what endpoint and sessions it uses."""
        assert isinstance(plan.source, DataSetSource)
        self._plan = plan
        self._total = len(plan.source.entries)
        self._next = 1
        self._open: set[int] = set()
        self._done = self._failed = self._failed_in_a_row = 0
        self._sent_s = 0.0
        self._refused: Problem | None = None
        self._problem: Problem | None = None
        self._unrecorded: Problem | None = None
        self._unsupported = False
        self._scouting = scout
        self._stopping = False
        self._force_ends_s = force_ends_s or {}
        self._timers: dict[int, list[asyncio.TimerHandle]] = {}
        self._origin_s = 0.0
        self._on_progress, self._on_event = on_progress, on_event
        make = make_engine or partial(Supervisor, local=local, sessions_dir=sessions_dir)
        self._supervisor = make(self._take)

    @property
    def session_folder(self) -> Path | None:
        """Where the run is recorded."""
        return self._supervisor.session_folder

    def stop(self, *, drain: bool = True) -> None:
        """End the run early; clips that are under way are not whole."""
        self._stopping = True
        self._supervisor.stop(drain=drain)

    async def run(self) -> ClipRunResult:
        """Carry out the run; expected failures are in the result."""
        try:
            ended = await self._supervisor.run(self._plan)
        finally:
            for timers in self._timers.values():
                for timer in timers:
                    timer.cancel()
        return ClipRunResult(
            ended=ended,
            session_folder=self._supervisor.session_folder,
            done=self._done,
            failed=self._failed,
            sent_s=self._sent_s,
            refused=self._refused,
            unsupported=self._unsupported,
            given_up=self._unrecorded or _generator_lost(ended),
            problem=ended.problem or self._unrecorded or self._problem,
        )

    # ------------------------------------------------------------ events

    def _take(self, event: Event) -> None:
        if isinstance(event, Notice) and event.problem.code == "recording_failed":
            problem = replace(event.problem, todo="Only what is recorded counts. Free space, then start again.")
            self._unrecorded = self._unrecorded or problem
            self.stop(drain=False)
            return
        self._on_event(event)
        if isinstance(event, RunStarted):
            self._origin_s = time.monotonic() - event.t
            asyncio.get_running_loop().call_soon(self._open_more)
        elif isinstance(event, ConnectionChanged) and event.state is ConnectionState.STREAMING and self._scouting:
            self._scouting = False
            self._open_more()
        elif isinstance(event, ClipStarted):
            self._force_ends(event)
        elif isinstance(event, ConnectionEnded):
            self._ended(event)

    def _force_ends(self, event: ClipStarted) -> None:
        """Have ForceEndTurn sent at its places in the clip that has begun."""
        assert isinstance(self._plan.source, DataSetSource)
        entries = self._plan.source.entries
        late_s = time.monotonic() - self._origin_s - event.t
        self._timers[event.conn] = [
            asyncio.get_running_loop().call_later(
                max(0.0, at_s - late_s),
                self._supervisor.send,
                SendControl(control="ForceEndTurn", connections=[event.conn]),
            )
            for at_s in self._force_ends_s.get(entries[(event.conn - 1) % len(entries)], ())
        ]

    def _ended(self, event: ConnectionEnded) -> None:
        summary = event.summary
        for timer in self._timers.pop(summary.conn, ()):
            timer.cancel()
        self._open.discard(summary.conn)
        self._sent_s += summary.sent_s
        if summary.ledger in {LedgerClass.COMPLETED, LedgerClass.NO_TRANSCRIPT}:
            self._done += 1
            self._failed_in_a_row = 0
        else:
            self._failed += 1
            self._failed_in_a_row += 1
            self._problem = self._problem or summary.problem
            self._unsupported |= summary.problem is not None and summary.problem.code == "control_not_supported"
        if summary.problem is not None and summary.problem.code in ENDS_WITHOUT_WORKER:
            self._stopping = True
            self._supervisor.stop(drain=True, interrupts=False)  # the run is INVALID, not interrupted
        elif self._scouting and summary.problem is not None:
            is_refused = summary.problem.code in REFUSED_PARAMETERS
            self._refused = summary.problem if is_refused else None
            self.stop()
        elif self._failed_in_a_row >= _FAILURES_MAX:
            self.stop()
        self._open_more()

    def _open_more(self) -> None:
        at_once = 1 if self._scouting else self._plan.connections
        wanted = range(self._next, min(self._next + at_once - len(self._open), self._total + 1))
        if wanted and not self._stopping:
            self._next = wanted.stop
            self._open.update(wanted)
            self._supervisor.open_connections(list(wanted))
        self._on_progress(ClipProgress(done=self._done, failed=self._failed, total=self._total, open=len(self._open)))
        if not self._open and not self._stopping:
            self._stopping = True
            self._supervisor.stop(drain=True, interrupts=False)  # all clips were sent: the run is whole


def _generator_lost(ended: RunEnded) -> Problem | None:
    if not ended.ledger.get(LedgerClass.GENERATOR_LOST.value):
        return None
    return Problem(
        code="generator_lost",
        what=f"The run has ended early, because {ended.reasons[0]}.",
        todo="Check that machine and the network; the same command continues with what is missing.",
    )
