"""Traces as arrays: what `grid` and `setting_figures` compute from. Built once for a set of traces.

    table = trace_table(traces)          # traces with reference turns; others are left out

A row is one reference turn of one trace; its messages are padded to the longest. Times are seconds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from flux_desktop.datasets.clip import Span
from flux_desktop.evaluation.traces.replay import FRAME_S, ROUNDING, TurnMessages, armed_from, parts
from flux_desktop.evaluation.traces.silences import silences
from flux_desktop.evaluation.traces.trace import Trace
from flux_desktop.evaluation.turns.turn_scoring import HOLD_MAX_S, HOLD_MIN_S

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]

_ROUNDING_S = 1e-6


class TraceTable(Struct, frozen=True, kw_only=True):
    """N turns, at most M messages and H scored holds each."""

    traces: tuple[Trace, ...]
    trace_of: Integers
    """N: index into `traces`."""
    turn_of: Integers
    """N: index into that trace's `turns`."""
    units: tuple[str, ...]
    """N: conversation, over which intervals are drawn."""
    recordings: Integers
    """N: how often the clip was recorded."""
    times: Floats
    """N x M: position of each message; infinite beyond the last."""
    times_before: Floats
    confidence: Floats
    """N x M: -1 where the turn has no text yet, and beyond the last message."""
    confidence_before: Floats
    confidence_max: Floats
    """N x M: the highest confidence so far."""
    silence_from: Floats
    """N x M: where the silence at the message most likely began."""
    silence_max: Floats
    """N x M: the longest silence so far; -1 before the first."""
    texts: Integers
    """N x M: equal numbers are equal transcripts."""
    latency_ms: Floats
    """N x M: NaN where unknown."""
    end_s: Floats
    """N: true ends."""
    next_s: Floats
    """N: where the next turn begins; infinite after the last."""
    end_scored: Booleans
    """N: False in an ignored stretch."""
    hold_start: Floats
    """N x H: infinite where there is none."""
    hold_end: Floats

    @property
    def turns(self) -> int:
        """Number of rows."""
        return len(self.turn_of)

    @property
    def repeats(self) -> float:
        """How many recordings count once in an interval, as repeats of a hold are not further holds.

        Kish's effective number where clips were recorded unequally often: the mean over all rows.
        """
        return float(self.recordings.mean()) if self.turns else 1.0

    def different(self, counts: Integers | Booleans) -> int:
        """The sum of N numbers, one for each row, with repeats of a clip counted once."""
        return round(float((counts / self.recordings).sum()))

    @property
    def replayable(self) -> tuple[float, int]:
        """The highest threshold and the longest timeout (ms) that all traces can be replayed at."""
        settings = [trace.setting for trace in self.traces]
        return min((s.eot for s in settings), default=1.0), min((s.timeout_ms for s in settings), default=10_000)

    @property
    def clips(self) -> int:
        """Different clips, repeats not counted."""
        return len({trace.clip for trace in self.traces})


def trace_table(traces: Sequence[Trace]) -> TraceTable:
    """The arrays of all reference turns of the traces."""
    used = tuple(trace for trace in traces if trace.turns and trace.messages)
    rows = [(number, part) for number, trace in enumerate(used) for part in parts(trace)]
    width = max((part.stop - part.first for _, part in rows), default=0)
    holds = [scored_holds(used[number], part.turn) for number, part in rows]
    held = max((len(each) for each in holds), default=0)
    messages = _Messages(len(rows), width)
    recordings = Counter(trace.clip for trace in used)
    hold_start, hold_end = np.full((2, len(rows), held), np.inf)
    for row, (number, part) in enumerate(rows):
        messages.take(row, used[number], part)
        for place, hold in enumerate(holds[row]):
            hold_start[row, place], hold_end[row, place] = hold.start_s, hold.end_s
    spans = [(used[number], part.turn) for number, part in rows]
    return TraceTable(
        traces=used,
        trace_of=np.array([number for number, _ in rows], dtype=np.int64),
        turn_of=np.array([part.turn for _, part in rows], dtype=np.int64),
        units=tuple(used[number].source for number, _ in rows),
        recordings=np.array([recordings[used[number].clip] for number, _ in rows], dtype=np.int64),
        times=messages.times,
        times_before=messages.times_before,
        confidence=messages.confidence,
        confidence_before=messages.confidence_before,
        confidence_max=np.maximum.accumulate(messages.confidence, axis=1),
        silence_from=messages.silence_from,
        silence_max=np.maximum.accumulate(messages.silent_s(), axis=1),
        texts=messages.texts,
        latency_ms=messages.latency_ms,
        end_s=np.array([trace.turns[turn].end_s for trace, turn in spans]),
        next_s=np.array(
            [trace.turns[turn + 1].start_s if turn + 1 < len(trace.turns) else np.inf for trace, turn in spans]
        ),
        end_scored=np.array([not _is_ignored(trace, trace.turns[turn].end_s) for trace, turn in spans], dtype=np.bool_),
        hold_start=hold_start,
        hold_end=hold_end,
    )


class _Messages:
    """Arrays of N x M messages, filled row by row."""

    def __init__(self, rows: int, width: int) -> None:
        self.times = np.full((rows, width), np.inf)
        self.times_before = np.full((rows, width), np.inf)
        self.confidence = np.full((rows, width), -1.0)
        self.confidence_before = np.full((rows, width), -1.0)
        self.silence_from = np.full((rows, width), np.inf)
        self.texts = np.full((rows, width), -1, dtype=np.int64)
        self.latency_ms = np.full((rows, width), np.nan)

    def take(self, row: int, trace: Trace, part: TurnMessages) -> None:
        """The messages of one turn."""
        messages = trace.messages
        known = silences(messages)
        armed = armed_from(messages, part.first, part.stop)
        numbers: dict[str, int] = {}
        for place, index in enumerate(range(part.first, part.stop)):
            message, before = messages[index], messages[index - 1] if index else None
            self.times[row, place] = message.audio_s
            self.times_before[row, place] = before.audio_s if before else message.audio_s
            self.confidence_before[row, place] = before.confidence if before else 1.0
            self.texts[row, place] = numbers.setdefault(message.transcript, len(numbers))
            self.latency_ms[row, place] = np.nan if message.latency_ms is None else message.latency_ms
            if index >= armed:
                self.confidence[row, place] = message.confidence
                self.silence_from[row, place] = known[index].from_s

    def silent_s(self) -> Floats:
        """The silence up to each message; -1 before the first."""
        silent_s = np.full(self.times.shape, -1.0)
        np.subtract(self.times, self.silence_from, out=silent_s, where=np.isfinite(self.silence_from))
        return silent_s


def crossings_s(at_s: Floats, before_s: Floats, high: Floats, low: Floats, limit: Floats) -> Floats:
    """`replay.crossing_s` for arrays: messages at `at_s` with confidence `high`, and the ones before them."""
    with np.errstate(invalid="ignore", divide="ignore"):
        between = before_s + (limit - low) / (high - low) * (at_s - before_s)
        return np.where((low < limit) & (limit <= high), on_frames(between, at_s), at_s)


def on_frames(at_s: Floats, message_s: Floats) -> Floats:
    """`replay.on_frame` for arrays; infinite stays infinite."""
    with np.errstate(invalid="ignore"):
        ends: Floats = message_s - np.floor((message_s - at_s) / FRAME_S + ROUNDING) * FRAME_S
    return np.where(np.isfinite(message_s), ends, np.inf)


def scored_holds(trace: Trace, turn: int) -> list[Span]:
    """The holds of one turn that count, in the order of the table."""
    span = trace.turns[turn]
    return [
        hold
        for hold in trace.holds
        if span.start_s <= hold.start_s
        and hold.end_s <= span.end_s
        and HOLD_MIN_S - _ROUNDING_S <= hold.end_s - hold.start_s <= HOLD_MAX_S + _ROUNDING_S
        and not any(hold.start_s < other.end_s and other.start_s < hold.end_s for other in trace.ignore)
    ]


def _is_ignored(trace: Trace, at_s: float) -> bool:
    return any(span.start_s <= at_s <= span.end_s for span in trace.ignore)
