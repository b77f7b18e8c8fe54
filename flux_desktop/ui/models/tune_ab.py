"""Turns that two arms of a comparison heard or ended differently, as the Tune page lists them side by side. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from math import inf
from pathlib import Path

import msgspec

from flux_desktop.audio.words import SpokenTurn
from flux_desktop.datasets.clip import Span
from flux_desktop.evaluation.comparing.paired import ArmComparison, Paired, p_text
from flux_desktop.evaluation.traces.trace import Trace, TraceMessage
from flux_desktop.ui.models.tune_turns import AFTER_S, BEFORE_S

APART_S = 0.1
"""Decisions closer than this are the same: servers decide once per frame of 80 ms."""


MARKS = " .,:;!?、。，．！？…"  # noqa: RUF001 - full-width marks
"""What the end of a word may have that makes it no other word."""


class HeardWord(msgspec.Struct, frozen=True):
    """A word, and whether the other arm has it too."""

    text: str
    is_shared: bool = True


class ArmTurn(msgspec.Struct, frozen=True, kw_only=True):
    """What one arm made of a turn. Times are seconds of the clip."""

    words: tuple[HeardWord, ...] = ()
    ends_s: tuple[float, ...] = ()
    eager_s: float | None = None

    @property
    def text(self) -> str:
        """All words."""
        return " ".join(word.text for word in self.words)


class TurnPair(msgspec.Struct, frozen=True, kw_only=True):
    """One reference turn in both arms."""

    clip: str
    path: Path | None
    offset_s: float
    turn: SpokenTurn
    holds: tuple[Span, ...]
    a: ArmTurn
    b: ArmTurn

    @property
    def span(self) -> Span:
        """What the timelines show."""
        last_s = max((self.turn.end_s, *self.a.ends_s, *self.b.ends_s))
        return Span(start_s=max(0.0, self.turn.start_s - BEFORE_S), end_s=last_s + AFTER_S)

    @property
    def same_words(self) -> bool:
        """Whether both arms heard the same."""
        return all(word.is_shared for word in (*self.a.words, *self.b.words))

    @property
    def same_decisions(self) -> bool:
        """Whether both arms ended the turn at the same times."""
        if len(self.a.ends_s) != len(self.b.ends_s):
            return False
        return all(abs(one - other) < APART_S for one, other in zip(self.a.ends_s, self.b.ends_s, strict=True))

    def is_shared(self, end_s: float) -> bool:
        """Whether both arms ended the turn at this time."""
        return all(any(abs(end_s - other) < APART_S for other in arm.ends_s) for arm in (self.a, self.b))

    @property
    def difference(self) -> str:
        """What differs, in a few words."""
        parts = [] if self.same_words else ["words"]
        if len(self.a.ends_s) != len(self.b.ends_s):
            parts.append(f"A ends it {_times(len(self.a.ends_s))}, B {_times(len(self.b.ends_s))}")
        elif not self.same_decisions:
            parts.append(f"B {1000 * (self.b.ends_s[-1] - self.a.ends_s[-1]):+,.0f} ms")
        return " · ".join(parts)

    @property
    def sentence(self) -> str:
        """The pair for screen readers."""
        return f"{self.clip}, {self.difference}. A: {self.a.text}. B: {self.b.text}"


def _times(count: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")


def turn_pairs(a: Sequence[Trace], b: Sequence[Trace]) -> list[TurnPair]:
    """The turns of clips that both arms have and that differ, those with other numbers of ends first."""
    others: dict[tuple[str, float], Trace] = {}
    for trace in b:
        others.setdefault((trace.path or trace.clip, trace.offset_s), trace)
    pairs: list[TurnPair] = []
    for trace in a:
        other = others.get((trace.path or trace.clip, trace.offset_s))
        if other is not None:
            pairs += [_pair(trace, other, place) for place in range(len(trace.turns))]
    differing_pairs = [pair for pair in pairs if not (pair.same_words and pair.same_decisions)]
    return sorted(differing_pairs, key=lambda pair: (len(pair.a.ends_s) == len(pair.b.ends_s), pair.same_words))


def paired_words(figure: Paired, *, is_share: bool) -> str:
    """Both arms, their difference with its interval and n, and the noise floor."""
    factor, digits, unit, apart = (100.0, 1, "%", "points") if is_share else (1.0, 0, "ms", "ms")

    def shown(value: float | None, sign: str = "") -> str:
        return "–" if value is None else f"{value * factor:{sign},.{digits}f}"  # noqa: RUF001

    difference, floor = figure.difference, figure.floor
    interval = ""
    if difference.low is not None and difference.high is not None:
        interval = f" ({shown(difference.low, '+')} to {shown(difference.high, '+')})"
    noise = "" if floor is None else f" · below {shown(floor)} {apart} is noise"
    both = f"A {shown(figure.a)}, B {shown(figure.b)} {unit}"
    return f"{both} · B − A {shown(difference.value, '+')} {apart}{interval}, n {difference.n:,}{noise}"  # noqa: RUF001


def comparison_lines(compared: ArmComparison) -> list[str]:
    """The figures of a comparison, one a line."""
    return [
        f"wait, mean: {paired_words(compared.wait_ms, is_share=False)}",
        f"cut off, of turns: {paired_words(compared.cut_offs, is_share=True)}; McNemar {p_text(compared.mcnemar.p)}",
    ]


def _pair(a: Trace, b: Trace, place: int) -> TurnPair:
    turn = a.turns[place]
    one, other = _arm(a, place), _arm(b, place)
    ours, theirs = marked_words(one[0], other[0])
    return TurnPair(
        clip=a.clip,
        path=Path(a.path) if a.path else None,
        offset_s=a.offset_s,
        turn=turn,
        holds=tuple(hold for hold in a.holds if turn.start_s <= hold.start_s and hold.end_s <= turn.end_s),
        a=ArmTurn(words=ours, ends_s=one[1], eager_s=one[2]),
        b=ArmTurn(words=theirs, ends_s=other[1], eager_s=other[2]),
    )


def _arm(trace: Trace, place: int) -> tuple[list[str], tuple[float, ...], float | None]:
    """Words, ends and the last eager end of one reference turn: up to where the next one begins."""
    from_s = trace.turns[place].start_s
    until_s = trace.turns[place + 1].start_s if place + 1 < len(trace.turns) else inf
    own = [message for message in trace.messages if from_s < message.audio_s <= until_s]
    ends = [message for message in own if message.event == "EndOfTurn"]
    eager = [message.audio_s for message in own if message.event == "EagerEndOfTurn"]
    return _words(own, ends), tuple(message.audio_s for message in ends), eager[-1] if eager else None


def _words(own: Sequence[TraceMessage], ends: Sequence[TraceMessage]) -> list[str]:
    """The texts of the ends, and of what was still open after them."""
    words = [word for message in ends for word in message.transcript.split()]
    if own and (not ends or own[-1].turn_index != ends[-1].turn_index):
        words += own[-1].transcript.split()
    return words


def marked_words(a: Sequence[str], b: Sequence[str]) -> tuple[tuple[HeardWord, ...], tuple[HeardWord, ...]]:
    """Both texts, each with the words marked that the other one does not have in their place."""
    plain_a, plain_b = ([word.casefold().strip(MARKS) for word in words] for words in (a, b))
    shared_a, shared_b = [False] * len(a), [False] * len(b)
    for block in SequenceMatcher(None, plain_a, plain_b, autojunk=False).get_matching_blocks():
        for step in range(block.size):
            shared_a[block.a + step] = shared_b[block.b + step] = True
    return tuple(map(HeardWord, a, shared_a)), tuple(map(HeardWord, b, shared_b))
