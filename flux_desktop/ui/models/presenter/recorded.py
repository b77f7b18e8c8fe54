"""A recorded comparison for the presenter: the same clip in both arms, and what each shows at a playhead. No Qt.

What an arm shows at a position is what had arrived when so much of the clip had been spoken: a message counts from its
audio plus its latency. Cut-offs and waits are those of `evaluation.turns.turn_scoring`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from flux_desktop.audio.listening.tape import Segment
from flux_desktop.datasets.clip import Span
from flux_desktop.engine.records.plan import RunPlan
from flux_desktop.evaluation.traces.live_score import live_score
from flux_desktop.evaluation.traces.trace import Trace, TraceMessage
from flux_desktop.evaluation.turns.turn_scoring import ClipScore, TurnResult
from flux_desktop.ui.models.presenter.answer import PEOPLE, seconds
from flux_desktop.ui.models.presenter.lines import pieces
from flux_desktop.ui.models.presenter.split import Arm, ArmVerdict, Lane, Split, compared


class ArmTrack:
    """One clip as one arm heard it, looked up by position."""

    def __init__(self, trace: Trace, endpoint: str) -> None:
        self.trace, self.endpoint = trace, endpoint
        self.score: ClipScore = live_score(trace)
        self._heard_s = [heard_s(message) for message in trace.messages]
        for n in range(1, len(self._heard_s)):  # messages of one stream arrive in order
            self._heard_s[n] = max(self._heard_s[n], self._heard_s[n - 1])

    @property
    def end_s(self) -> float:
        """When the last message arrived."""
        return self._heard_s[-1] if self._heard_s else 0.0

    def until(self, position_s: float) -> Sequence[tuple[float, TraceMessage]]:
        """The messages that had arrived, each with when."""
        count = bisect_right(self._heard_s, position_s)
        return list(zip(self._heard_s[:count], self.trace.messages[:count], strict=True))

    def turn_at(self, position_s: float) -> tuple[int, TurnResult] | None:
        """The reference turn that is spoken at a position, or was spoken last, with its place."""
        begun = [each for each in enumerate(self.score.turns) if each[1].turn.start_s <= position_s]
        return begun[-1] if begun else None


def audio_of(trace: Trace, segments: Sequence[Segment]) -> tuple[Segment, ...]:
    """The part of a connection's audio that is the trace's clip, from the beginning of the time line."""
    matches = (each for each in segments if each.path == trace.path and abs(each.from_s - trace.offset_s) < 1e-3)
    return tuple(replace(each, at_s=0.0, repeats=False, until_s=None) for each in list(matches)[:1])


def heard_s(message: TraceMessage) -> float:
    """When a message arrived, in seconds of its clip's audio."""
    return message.audio_s + (message.latency_ms or 0.0) / 1000


@dataclass(frozen=True, slots=True)
class RecordedPair:
    """The same clip in arm A and in arm B."""

    a: ArmTrack
    b: ArmTrack
    audio: tuple[Segment, ...] = ()
    """What can be heard of the clip; nothing if the file is no longer what was sent."""

    @property
    def name(self) -> str:
        """The clip's."""
        return Path(self.a.trace.clip).stem

    @property
    def length_s(self) -> float:
        """Up to the last message of both arms."""
        return max(self.a.end_s, self.b.end_s) + 1.0

    def at(self, position_s: float, *, paused: bool) -> Split:
        """Both arms with the playhead at a position."""
        both = self.a, self.b
        texts = [_said(track, position_s) for track in both]
        words = compared(texts[0][0], texts[1][0])
        same_setting = self.a.trace.setting == self.b.trace.setting
        arms = tuple(
            Arm(
                title=name,
                setting=track.endpoint if same_setting else f"end of turn {track.trace.setting.text}",
                words=arm_words,
                interim=text[1],
                cuts=text[2],
                lane=_lane(track, position_s),
                verdict=_verdict(track, position_s),
            )
            for name, track, arm_words, text in zip("AB", both, words, texts, strict=True)
        )
        return Split(
            title=self.name,
            same="same audio, two endpoints" if same_setting else "same audio, two settings",
            position_s=position_s,
            length_s=self.length_s,
            holds=self.a.trace.holds,
            arms=arms,
            paused=paused,
        )


def recorded_pairs(
    plan: RunPlan, traces: Sequence[Trace], others: Sequence[Trace] = (), other: str = ""
) -> list[RecordedPair]:
    """Pairs of the traces of a run with two settings, or of two runs of the same clips.

    `others` are the traces of the second run, on endpoint `other`.
    """
    if others:
        first, second, names = list(traces), list(others), (plan.endpoint, other)
    else:
        a_setting = plan.options_for(1)
        first = [trace for trace in traces if plan.options_for(trace.conn) == a_setting]
        second = [trace for trace in traces if plan.options_for(trace.conn) != a_setting]
        names = (plan.endpoint, plan.endpoint)
    of_clip: dict[tuple[str, float], Trace] = {}
    for trace in second:
        of_clip.setdefault((trace.path, trace.offset_s), trace)
    pairs: dict[tuple[str, float], RecordedPair] = {}
    for trace in first:
        key = trace.path, trace.offset_s
        if key in of_clip and key not in pairs:
            pairs[key] = RecordedPair(ArmTrack(trace, names[0]), ArmTrack(of_clip[key], names[1]))
    return sorted(pairs.values(), key=lambda pair: (-_difference(pair), pair.name))


def _difference(pair: RecordedPair) -> int:
    """By how many cut-offs the arms differ; pairs are sorted by it, because that is easiest to see."""
    a, b = (sum(len(turn.cut_offs) for turn in track.score.turns) for track in (pair.a, pair.b))
    return abs(a - b)


def _said(track: ArmTrack, position_s: float) -> tuple[str, int, tuple[int, ...]]:
    """The text of the turn in progress, how many of its words may change, and after which words it was cut off."""
    numbered_turn = track.turn_at(position_s)
    from_s = 0.0 if numbered_turn is None else numbered_turn[1].turn.start_s
    cut_s = set() if numbered_turn is None else {cut.audio_s for cut in numbered_turn[1].cut_offs}
    ended: list[str] = []
    cuts: list[int] = []
    open_words: list[str] = []
    before: list[str] = []
    for _, message in track.until(position_s):
        if message.audio_s <= from_s:
            continue
        if message.event == "EndOfTurn":
            ended.append(message.transcript)
            open_words, before = [], []
            if message.audio_s in cut_s:
                cuts.append(len(pieces(" ".join(ended))))
        else:
            before, open_words = open_words, pieces(message.transcript)
    interim = sum(1 for n, word in enumerate(open_words) if n >= len(before) or word.casefold() != before[n].casefold())
    return " ".join(filter(None, [*ended, "".join(open_words)])), interim, tuple(cuts)


def _lane(track: ArmTrack, position_s: float) -> Lane:
    turns: list[Span] = []
    ends: list[float] = []
    cut: list[float] = []
    eager: list[float] = []
    resumed: list[float] = []
    open_s: float | None = None
    cut_offs = {each.audio_s for turn in track.score.turns for each in turn.cut_offs}
    for at_s, message in track.until(position_s):
        if message.event == "StartOfTurn":
            open_s = at_s
        elif message.event == "EagerEndOfTurn":
            eager.append(at_s)
        elif message.event == "TurnResumed":
            resumed.append(at_s)
        elif message.event == "EndOfTurn":
            (cut if message.audio_s in cut_offs else ends).append(at_s)
            turns.append(Span(start_s=at_s if open_s is None else open_s, end_s=at_s))
            open_s = None
    if open_s is not None:
        turns.append(Span(start_s=open_s, end_s=position_s))
    return Lane(tuple(turns), tuple(ends), tuple(cut), tuple(eager), tuple(resumed))


def _verdict(track: ArmTrack, position_s: float) -> ArmVerdict:
    """What the arm has done in the turn in progress so far."""
    numbered_turn = track.turn_at(position_s)
    if numbered_turn is None:
        return ArmVerdict()
    turn = numbered_turn[1]
    cuts = [cut for cut in turn.cut_offs if (cut.heard_s or cut.audio_s) <= position_s]
    if cuts:
        newest, times = cuts[-1], {1: "", 2: " twice"}.get(len(cuts), f" {len(cuts)} times")
        hold = next((each.hold for each in track.score.holds if each.cut_off == newest), None)
        words = f"cut the caller off{times}"
        if hold is None:
            return ArmVerdict("danger", words, f"{seconds(1000 * (turn.turn.end_s - newest.audio_s))} before the end")
        into, whole = newest.audio_s - hold.start_s, hold.end_s - hold.start_s
        return ArmVerdict("danger", words, f"{into:.2f} s into a pause of {whole:.1f} s")
    if turn.end is not None and turn.decision_s is not None and (turn.end.heard_s or turn.end.audio_s) <= position_s:
        wait_ms = 1000 * (turn.decision_s + (turn.delivery_s or 0.0))
        return ArmVerdict("ok", f"answered after {seconds(wait_ms)}", f"measured here · {PEOPLE}")
    if position_s > turn.turn.end_s:
        return ArmVerdict("quiet", f"silent for {position_s - turn.turn.end_s:.1f} s", "the caller has finished")
    return ArmVerdict("quiet", "listening", "")
