"""A session as its reports show it: figures, percentiles and their definitions, as data."""

from __future__ import annotations

from msgspec import Struct

from flux_desktop import __version__
from flux_desktop.engine.records.facts import ConnectionSummary
from flux_desktop.evaluation.accuracy.word_accuracy import WorstTurn
from flux_desktop.evaluation.capacity.report import CapacityReport
from flux_desktop.reports.accuracy_text import Row
from flux_desktop.reports.documents.latencies import Latencies
from flux_desktop.reports.documents.slow_turns import SlowTurn
from flux_desktop.reports.documents.turn_timelines import TurnTimeline
from flux_desktop.reports.findings import ExperimentReport
from flux_desktop.reports.percentiles import rough_mark
from flux_desktop.reports.run_result import FinalSummary

DEFINITIONS = {
    "update": "From the moment the audio was spoken, by the plan, to the arrival of the Update about it. A late client "
    "counts against itself.",
    "wire": "From the send of the audio to the arrival of the Update about it: network and server alone.",
    "end_delivery": "From the moment the audio of a decided end of turn was spoken to the arrival of EndOfTurn.",
    "end_decision": "Audio time from the true end of the last word to the decided end of turn; thresholds move it.",
    "first_transcript": "From the true onset of speech to the first words.",
    "start_of_turn": "From the true onset of speech to StartOfTurn.",
    "end_of_turn": "From the true end of the last word to EndOfTurn.",
    "eager_lead": "How much earlier the eager end of turn came.",
    "configure": "From Configure to its answer.",
    "connect": "TCP and TLS.",
    "headers": "From the request to the response's headers.",
    "connected": "From the headers to Connected.",
    "close": "From CloseStream to the end of the stream.",
    "pacing": "How late this machine sent the audio. Above 40 ms at p99 the run is INVALID.",
    "capacity": "Most conversations at the same time that met every limit of the search; one more step did not.",
    "completed": "Connections that were opened, transcribed and closed as documented.",
    "WER": "Substituted, missing and extra words by reference words, after normalisation.",
    "CER": "Substituted, missing and extra characters by reference characters, after normalisation.",
}
LABELS = {
    "update": "Update latency (user clock)",
    "wire": "Update latency (wire clock)",
    "end_delivery": "End-of-turn delivery",
    "end_decision": "End-of-turn decision",
    "first_transcript": "First transcript",
    "start_of_turn": "Start of turn",
    "end_of_turn": "End of turn",
    "eager_lead": "Eager lead",
    "configure": "Configure round trip",
    "connect": "Connect",
    "headers": "Request to headers",
    "connected": "Headers to Connected",
    "close": "Close",
    "pacing": "Pacing error",
}

INTERVAL_NOTE = (
    "Intervals are 95 %: Wilson's for proportions, over connections for latencies, over conversations for the rest."
)


class Figure(Struct, frozen=True, kw_only=True):
    """One of the figures on top of a report."""

    name: str
    label: str
    text: str
    """The value with its unit."""
    interval: str
    """In words, with n."""
    definition: str
    value: float | None = None


class PercentileRow(Struct, frozen=True, kw_only=True):
    """One duration in ms."""

    name: str
    label: str
    n: int
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None
    max_ms: float | None
    definition: str

    @property
    def marked(self) -> list[tuple[str, float | None]]:
        """p50, p95, p99 and the largest value, each after the mark of one that has too few values."""
        values_ms = {"p50": self.p50_ms, "p95": self.p95_ms, "p99": self.p99_ms, "max": self.max_ms}
        return [(rough_mark(name, self.n), value_ms) for name, value_ms in values_ms.items()]


class SessionReport(Struct, kw_only=True):
    """A session as its reports show it."""

    schema: int = 1
    title: str
    headline: str
    """The verdict in one sentence."""
    verdict: str
    """DONE, PASS, FAIL, INVALID, INTERRUPTED, or CUT OFF where the recording lacks its end or a part."""
    remark: str
    """What the recording lacks; empty for nothing."""
    wall_time: str
    program_version: str = __version__
    figures: list[Figure]
    facts: list[tuple[str, str]]
    """What was tested."""
    percentiles: list[PercentileRow]
    accuracy_rows: list[Row]
    worst: list[WorstTurn]
    timelines: list[TurnTimeline] = []
    """Of the turns that went worst, with words, holds and decisions."""
    slowest: list[SlowTurn] = []
    """The turns whose EndOfTurn arrived latest."""
    capacity: CapacityReport | None
    experiment: ExperimentReport | None = None
    """What the sweep or the comparison that the session is part of has found."""
    summary: FinalSummary
    connections: list[ConnectionSummary]
    latencies: Latencies

    @property
    def has_rough_percentiles(self) -> bool:
        """Whether a duration has too few values for one of its percentiles."""
        return any(mark for row in self.percentiles for mark, _ in row.marked)
