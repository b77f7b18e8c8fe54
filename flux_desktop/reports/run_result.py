"""The result of a run, accumulated from its events, live or from a recording: the source of all summaries."""

from __future__ import annotations

from collections import Counter

import msgspec
from msgspec import Struct, field

from flux_desktop.base.problem import Problem
from flux_desktop.engine.records.events import (
    ConnectionChanged,
    ConnectionEnded,
    Event,
    GeneratorsSeen,
    Notice,
    Received,
    RunEnded,
    RunStarted,
    Snapshot,
)
from flux_desktop.engine.records.facts import ConnectionSummary, GeneratorRow, LedgerClass
from flux_desktop.engine.records.pass_criteria import LimitResult
from flux_desktop.evaluation.accuracy.word_errors import WordErrors
from flux_desktop.evaluation.capacity.account_timeline import AccountTimeline
from flux_desktop.flux.turns import Turn
from flux_desktop.reports.accuracy import RunAccuracy

RECORDING_INCOMPLETE = "recording_incomplete"
"""Code of the notice that says what a recording lacks."""


class ProblemCount(Struct, frozen=True, omit_defaults=True):
    """One problem, and the connections that ended with it."""

    problem: Problem
    connections: list[int]


class RunResult:
    """Takes every event of a run, in order; plain state. Without `keep_turns` no text is kept, which saves memory."""

    def __init__(self, *, keep_turns: bool = True) -> None:
        self.started: RunStarted | None = None
        self.ended: RunEnded | None = None
        self.snapshot: Snapshot | None = None
        self.summaries: dict[int, ConnectionSummary] = {}
        self.notices: list[Problem] = []
        self.generators: list[GeneratorRow] = []
        self._keep_turns = keep_turns
        self._turns: dict[int, list[Turn]] = {}

    def feed(self, event: Event) -> None:
        """Take one event."""
        match event:
            case Received(turn=turn, closed_turn=closed) if turn is not None or closed is not None:
                self._keep(event.conn, closed)
                self._keep(event.conn, turn if turn is not None and turn.ended_by is not None else None)
            case ConnectionChanged():
                self._keep(event.conn, event.closed_turn)
            case ConnectionEnded():
                self.summaries[event.summary.conn] = event.summary.after(self.summaries.get(event.summary.conn))
                self._keep(event.summary.conn, event.closed_turn)
            case Snapshot():
                self.snapshot = event
            case RunStarted():
                self.started = event
            case RunEnded():
                self.ended = event
            case GeneratorsSeen():
                self.generators = event.rows
            case Notice():
                self.notices.append(event.problem)
            case _:
                pass

    def turns(self, conn: int) -> list[Turn]:
        """The ended turns of one connection that have a text, in order."""
        return [turn for turn in self._turns.get(conn, []) if turn.transcript.strip()]

    @property
    def connections(self) -> list[int]:
        """Every connection with a summary or a message, in order."""
        return sorted(self.summaries.keys() | self._turns.keys())

    @property
    def ordered_summaries(self) -> list[ConnectionSummary]:
        """The summaries by number of connection."""
        return [self.summaries[conn] for conn in sorted(self.summaries)]

    def planned_summaries(self, planned: int) -> list[ConnectionSummary]:
        """One summary per planned connection; those without events were not started."""
        return [
            self.summaries.get(conn) or ConnectionSummary(conn=conn, ledger=LedgerClass.NOT_STARTED)
            for conn in range(1, planned + 1)
        ]

    @property
    def event_counts(self) -> dict[str, int]:
        """Turn events by name, over all connections."""
        total: Counter[str] = Counter()
        for summary in self.summaries.values():
            total.update(summary.event_counts)
        return dict(total)

    @property
    def violations(self) -> dict[str, int]:
        """Broken rules of the protocol by name, over all connections."""
        total: Counter[str] = Counter()
        for summary in self.summaries.values():
            total.update(summary.violations)
        return dict(total)

    @property
    def problems(self) -> list[ProblemCount]:
        """What went wrong on connections, the most frequent first; streams of one problem are one entry."""
        by_text: dict[tuple[str, str], ProblemCount] = {}
        for summary in self.ordered_summaries:
            if summary.problem is not None:
                key = (summary.problem.code, summary.problem.sentence())
                by_text.setdefault(key, ProblemCount(summary.problem, [])).connections.append(summary.conn)
        return sorted(by_text.values(), key=lambda entry: -len(entry.connections))

    @property
    def completed(self) -> int:
        """Streams that completed."""
        return sum(summary.ledger is LedgerClass.COMPLETED for summary in self.summaries.values())

    def _keep(self, conn: int, turn: Turn | None) -> None:
        """Keep a turn that has ended, where turns are wanted."""
        if self._keep_turns:
            turns = self._turns.setdefault(conn, [])
            if turn is not None:
                turns.append(turn)


BY_LAST_WORD = frozenset({"end_of_turn", "end_decision", "end_delivery", "eager_lead"})
"""Counted while the run goes on, at each end of turn, from the last word before it: cut-offs are included."""


class FinalSummary(Struct, kw_only=True):
    """The end of a run as one JSON object: what `--json` prints and what a session folder keeps."""

    schema: int = 7
    """2: `limits`; a run with limits passes only if all planned connections complete, unless a limit says otherwise.
    3: `accuracy`. 4: `account`. 5: `generators`. 6: `streams_per_channel`. 7: `turns_cut`."""
    version: str
    endpoint: str
    verdict: str
    reasons: list[str]
    limits: list[LimitResult] = []
    """Every limit of the run with its value."""
    exit_code: int | None = None
    interrupted: bool = False
    planned: int
    ledger: dict[str, int]
    """Streams by class; adds up to `planned`."""
    streams_per_channel: int = 1
    """Streams that might share a TCP and TLS connection at most, by the plan."""
    duration_s: float
    turns: int
    """With a final text."""
    turns_cut: int = 0
    """Of them, those that the end of their stream ended instead of EndOfTurn, as after a loss."""
    event_counts: dict[str, int]
    violations: dict[str, int]
    update_latency_user_clock: dict[str, float | int | None]
    update_latency_wire_clock: dict[str, float | int | None]
    pacing_error: dict[str, float | int | None]
    chunks_sent: int
    sent_bytes: int
    late_chunks: int
    retries: int = 0
    """Openings that failed and were repeated."""
    reconnects: int = 0
    """How often connections reopened a stream that they had lost."""
    reconnected: int = 0
    """Connections that did so and completed: the ledger counts them as completed, with a gap."""
    unheard_s: float = 0.0
    """Audio in those gaps, over all connections."""
    figures: dict[str, dict[str, float | int | None]]
    """All further durations by name, in milliseconds; those that need ground truth are left out without it."""
    word_errors: WordErrors | None = None
    """The running count, without case and punctuation, which limits are compared with; None without word times."""
    word_error_percent: float | None = None
    accuracy: RunAccuracy | None = None
    """Raw and normalised, with intervals, and turns against reference turns; None without references in a recording."""
    problem: Problem | None = None
    problems: list[ProblemCount] = field(default_factory=list)
    notices: list[Problem] = field(default_factory=list)
    session_folder: str | None = None
    generators: list[GeneratorRow] = field(default_factory=list)
    """The machines of a run on several, as they were last seen."""
    account: AccountTimeline | None = None
    """Instances, metrics and scaling of the endpoint; None where the account was not observed."""


def shown_figures(summary: FinalSummary) -> dict[str, dict[str, float | int | None]]:
    """The durations to show. Where reference turns are known, their ends of turn are shown instead of the live ones."""
    is_scored = summary.accuracy is not None and summary.accuracy.turns is not None
    return {name: values for name, values in summary.figures.items() if not (is_scored and name in BY_LAST_WORD)}


def final_summary(
    result: RunResult,
    ended: RunEnded,
    *,
    exit_code: int | None = None,
    session_folder: str | None = None,
    accuracy: RunAccuracy | None = None,
    account: AccountTimeline | None = None,
) -> FinalSummary:
    """Build the final summary; latencies are in milliseconds, with the number of values `n`."""
    summaries = result.ordered_summaries
    lacks = [Problem(code=RECORDING_INCOMPLETE, what=ended.unrecorded)] if ended.unrecorded else []
    return FinalSummary(
        version=result.started.version if result.started else "",
        endpoint=result.started.plan.endpoint if result.started else "",
        verdict=ended.verdict.value,
        reasons=ended.reasons,
        limits=ended.limits,
        exit_code=exit_code,
        interrupted=ended.interrupted,
        planned=sum(ended.ledger.values()),
        ledger=ended.ledger,
        streams_per_channel=result.started.plan.streams_per_channel if result.started else 1,
        duration_s=round(ended.t, 3),
        turns=sum(summary.turns for summary in summaries),
        turns_cut=sum(_cut_turns(summary) for summary in summaries),
        event_counts=result.event_counts,
        violations=result.violations,
        update_latency_user_clock=msgspec.structs.asdict(ended.update),
        update_latency_wire_clock=msgspec.structs.asdict(ended.wire),
        pacing_error=msgspec.structs.asdict(ended.pacing),
        chunks_sent=sum(summary.chunks_sent for summary in summaries),
        sent_bytes=sum(summary.sent_bytes for summary in summaries),
        late_chunks=sum(summary.late_chunks for summary in summaries),
        retries=sum(summary.retries for summary in summaries),
        reconnects=sum(summary.reconnects for summary in summaries),
        reconnected=sum(bool(summary.reconnects) for summary in summaries if summary.ledger is LedgerClass.COMPLETED),
        unheard_s=round(sum(summary.unheard_s for summary in summaries), 3),
        figures={name: msgspec.structs.asdict(values) for name, values in ended.figures.items()},
        word_errors=ended.words,
        word_error_percent=ended.words.rate_percent if ended.words else None,
        accuracy=accuracy,
        problem=ended.problem,
        problems=result.problems,
        notices=[*result.notices, *lacks],
        generators=result.generators,
        session_folder=session_folder,
        account=account,
    )


def _cut_turns(summary: ConnectionSummary) -> int:
    """Turns of a connection that its streams' ends have cut; 0 where its events are not known."""
    return max(0, summary.turns - summary.event_counts.get("EndOfTurn", 0)) if summary.event_counts else 0
