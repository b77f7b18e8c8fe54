"""Replay: what a server would have decided at another setting, from the confidences of one trace.

    decisions = replay(trace, eot=0.8, eager=0.5, timeout_ms=3000)
    ends = [d for d in decisions if d.kind == "end" and d.judged]

Confidences are known only at the messages, about every 0.24 s: a decision is an interval between two of them
(`after_s`, `until_s`], with `at_s`, interpolated, as its most likely moment. A replay is valid up to the first end
within a turn: after it the real server would be in another state, so that later decisions have `judged` False. A
turn is a reference turn of the trace, or one of the recorded turns where the data set states none. At the highest
threshold the server hears several reference turns of a clip as one; each is replayed as if the server's turn had begun
with it. How much that matters for a server is what `replay_error` measures.

Refuses nothing: ask `trace.not_replayable` first. Figures over many traces: `trace_table` and `grid`.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from flux_desktop.evaluation.traces.silences import silences, speech_before
from flux_desktop.evaluation.traces.trace import Trace, TraceMessage
from flux_desktop.flux.defaults import CHUNK_S

FRAME_S = CHUNK_S
"""A server changes its state at most once per frame of audio, so that a second change comes a frame later."""
ROUNDING = 1e-6

Kind = Literal["end", "eager", "resumed"]


class ReplayedDecision(Struct, frozen=True, kw_only=True):
    """One replayed decision."""

    kind: Kind
    after_s: float
    until_s: float
    at_s: float
    turn: int
    """Index of the reference turn, or of the recorded one where there are no reference turns."""
    judged: bool = True
    """False after the turn's first end."""
    certain: bool = True
    """False where the decision may not have come at all: the speaker went on before the next message, or a timeout may
    have ended the turn before an eager end."""
    trigger: Literal["model", "timeout"] | None = None
    """Of an end."""
    confidence: float = 0.0
    transcript: str = ""
    latency_ms: float | None = None
    """Of the message at which the decision is seen."""


class TurnMessages(NamedTuple):
    """Messages `first` to `stop` (exclusive), which belong to turn number `turn`."""

    turn: int
    first: int
    stop: int


class _End(NamedTuple):
    """`timeout_at_message` is where the timeout has or may have ended the turn."""

    at_message: int
    decision: ReplayedDecision
    timeout_at_message: int | None = None


def replay(trace: Trace, eot: float, eager: float | None, timeout_ms: int) -> list[ReplayedDecision]:
    """All decisions in order; see the module for what they are worth."""
    messages = trace.messages
    replayed = _Replay(messages, eot, eager, timeout_ms / 1000)
    decisions: list[ReplayedDecision] = []
    for part in parts(trace):
        first, judged = part.first, True
        while first < part.stop:
            start = armed_from(messages, first, part.stop)
            end = replayed.end(start, part, judged=judged)
            last = part.stop if end is None else end.at_message + 1
            decisions += replayed.eager(start, last, part.turn, end, judged=judged)
            if end is None:
                break
            decisions.append(end.decision)
            first, judged = last, False
    return decisions


def parts(trace: Trace) -> list[TurnMessages]:
    """The messages of each turn: after its start, up to the start of the next one."""
    messages = trace.messages
    if not trace.turns:
        return _recorded_turns(messages)
    times = [message.audio_s for message in messages]
    firsts = [*(bisect_right(times, turn.start_s) for turn in trace.turns), len(messages)]
    return [TurnMessages(turn, firsts[turn], firsts[turn + 1]) for turn in range(len(trace.turns))]


def _recorded_turns(messages: Sequence[TraceMessage]) -> list[TurnMessages]:
    turns: list[TurnMessages] = []
    for index, message in enumerate(messages):
        if turns and turns[-1].turn == message.turn_index:
            turns[-1] = turns[-1]._replace(stop=index + 1)
        else:
            turns.append(TurnMessages(message.turn_index, index, index + 1))
    return turns


def armed_from(messages: Sequence[TraceMessage], first: int, stop: int) -> int:
    """The first message with a text of its own: what is left of an ended turn's confidence decides nothing."""
    before = messages[first - 1].transcript if first else ""
    for index in range(first, stop):
        if messages[index].transcript and messages[index].transcript != before:
            return index
    return stop


def crossing_s(messages: Sequence[TraceMessage], index: int, threshold: float) -> float:
    """When the confidence most likely crossed the threshold, between message `index` and the one before."""
    message = messages[index]
    if not index:
        return message.audio_s
    before = messages[index - 1]
    if not before.confidence < threshold <= message.confidence:
        return message.audio_s
    share = (threshold - before.confidence) / (message.confidence - before.confidence)
    return on_frame(before.audio_s + share * (message.audio_s - before.audio_s), message.audio_s)


def on_frame(at_s: float, message_s: float) -> float:
    """The end of the frame that holds `at_s`: decisions are made there. Messages are sent at the ends of frames."""
    return message_s - math.floor((message_s - at_s) / FRAME_S + ROUNDING) * FRAME_S


class _Replay:
    """One trace at one setting."""

    def __init__(self, messages: Sequence[TraceMessage], eot: float, eager: float | None, timeout_s: float) -> None:
        self._messages = messages
        self._times = [message.audio_s for message in messages]
        self._eot = eot
        self._eager = eager
        self._timeout_s = timeout_s
        self._silences = silences(messages)
        self._spoken = speech_before(messages)

    def end(self, first: int, part: TurnMessages, *, judged: bool) -> _End | None:
        """The first end from message `first` on: the model's or the timeout's, whichever comes first."""
        model = self._model_end(first, part, judged=judged)
        timeout = self._timeout_end(first, part, judged=judged)
        if model is None or timeout is None:
            return model or timeout
        earlier = min(model, timeout, key=lambda end: (end.decision.at_s, end.at_message))
        one, other = model.decision, timeout.decision
        if one.after_s >= other.until_s or other.after_s >= one.until_s:
            return earlier
        # Which of them came first is not known; the real end is the earlier one.
        interval = {"after_s": min(one.after_s, other.after_s), "until_s": min(one.until_s, other.until_s)}
        decision = replace(earlier.decision, **interval)
        return earlier._replace(decision=decision, timeout_at_message=timeout.at_message)

    def eager(self, first: int, stop: int, turn: int, end: _End | None, *, judged: bool) -> Iterator[ReplayedDecision]:
        """Eager ends and what took them back, up to the end."""
        if self._eager is None:
            return
        eager_text: str | None = None
        for index in range(first, stop):
            message = self._messages[index]
            changes = 0
            if eager_text is not None and (message.transcript != eager_text or message.confidence < self._eager):
                eager_text = None
                yield self._decision("resumed", index, self._times[index], turn, judged=judged)
                changes = 1
            if eager_text is None and message.confidence >= self._eager:
                at_s = crossing_s(self._messages, index, self._eager)
                if end is not None and at_s > end.decision.at_s + ROUNDING:
                    return
                eager_text = message.transcript
                decision = self._decision("eager", index, at_s, turn, judged=judged, changes=changes)
                # Of a timeout between the same two messages it is not known that it came later.
                yield replace(decision, certain=end is None or end.timeout_at_message != index)

    def _model_end(self, first: int, part: TurnMessages, *, judged: bool) -> _End | None:
        index = next((i for i in range(first, part.stop) if self._messages[i].confidence >= self._eot), None)
        if index is None:
            return None
        at_s = crossing_s(self._messages, index, self._eot)
        changes = self._changes_before(first, index)
        decision = self._decision("end", index, at_s, part.turn, judged=judged, changes=changes)
        goes_on = index + 1 < part.stop and self._spoken[index + 1]
        return _End(index, replace(decision, trigger="model", certain=not (changes and goes_on)))

    def _changes_before(self, first: int, index: int) -> int:
        """Changes of state that must come before an end in the interval before message `index`."""
        if self._eager is None:
            return 0
        if index == first or self._messages[index - 1].confidence < self._eager:
            return 1
        return 2 * (self._messages[index - 1].transcript != self._messages[index].transcript)

    def _timeout_end(self, first: int, part: TurnMessages, *, judged: bool) -> _End | None:
        for index in range(first, part.stop):
            silence = self._silences[index]
            at_s = on_frame(silence.from_s + self._timeout_s, self._times[index])
            if at_s <= self._times[index]:
                return _End(index, self._timeout_decision(index, at_s, part, judged=judged), index)
        return None

    def _timeout_decision(self, index: int, at_s: float, part: TurnMessages, *, judged: bool) -> ReplayedDecision:
        timeout_s, silence = self._timeout_s, self._silences[index]
        resumed = next((i for i in range(index + 1, part.stop) if self._spoken[i]), None)
        until_s = self._message_from(silence.until_s + timeout_s)
        decision = self._decision("end", index, at_s, part.turn, judged=judged)
        return replace(
            decision,
            after_s=self._message_until(silence.after_s + timeout_s),
            until_s=until_s,
            trigger="timeout",
            certain=resumed is None or until_s < self._times[resumed],
        )

    def _message_until(self, s: float) -> float:
        index = bisect_right(self._times, s)
        return self._times[index - 1] if index else 0.0

    def _message_from(self, s: float) -> float:
        index = bisect_left(self._times, s)
        return self._times[index] if index < len(self._times) else s

    def _decision(
        self, kind: Kind, index: int, at_s: float, turn: int, *, judged: bool, changes: int = 0
    ) -> ReplayedDecision:
        message = self._messages[index]
        return ReplayedDecision(
            kind=kind,
            after_s=self._times[index - 1] if index else 0.0,
            until_s=message.audio_s + changes * FRAME_S,
            at_s=at_s,
            turn=turn,
            judged=judged,
            confidence=message.confidence,
            transcript=message.transcript,
            latency_ms=message.latency_ms,
        )
