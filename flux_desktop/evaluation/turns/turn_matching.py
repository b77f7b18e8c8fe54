"""Which end of turn that a detector decided belongs to which end of a reference turn.

Transcripts and reference texts are aligned with the ends of turns as tokens, which match only each other; time limits
which pairs are possible and breaks ties (the earliest decision wins). Without texts, time alone decides.

A pair is possible within -0.25 s to +3.0 s of the true end, but not beyond the start of the next turn. Outside of that,
from the turn's start to +3.0 s, it needs the text's evidence: the turn's last word was recognised as the last word
before the decision. A decision inside a hold of the turn is never its end. An end by timeout may come later than
+3.0 s, as it is no miss.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import StrEnum

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from flux_desktop.audio.words import SpokenTurn
from flux_desktop.datasets.clip import Span
from flux_desktop.evaluation.accuracy.word_errors import tokens, unit_of

EARLIEST_S = -0.25
LATEST_S = 3.0
_BLOCK_TURNS_MAX = 40
_TIE = 1e-9  # per place of a decision: far less than one edit


class DetectorEvent(StrEnum):
    """What a detector said of a turn."""

    END = "end"
    EAGER = "eager"
    RESUMED = "resumed"


class EndCause(StrEnum):
    """Why a turn was ended."""

    MODEL = "model"
    TIMEOUT = "timeout"
    FORCED = "forced"
    """By the client or by closing the stream: no decision of the detector."""
    UNKNOWN = "unknown"
    """Of a build that does not say; counts as the model's."""


class TurnDecision(Struct, frozen=True, kw_only=True):
    """One decision about a turn: live, replayed or imported. Times are seconds of the clip's audio."""

    event: DetectorEvent
    audio_s: float
    """Up to where the audio was known to the detector."""
    heard_s: float | None = None
    """When it was received, on the same axis: seconds after the clip's first sample was due. None if not live."""
    cause: EndCause = EndCause.UNKNOWN
    transcript: str | None = None
    """Of the turn as decided; None where it is not known."""


def match_ends(
    turns: Sequence[SpokenTurn], holds: Sequence[Span], ends: Sequence[TurnDecision]
) -> dict[int, TurnDecision]:
    """The decision that ends each turn, by the turn's place; turns and `ends` in order of time."""
    texts = all(turn.text.strip() for turn in turns) and all(end.transcript is not None for end in ends)
    matches: dict[int, TurnDecision] = {}
    next_end = 0
    for first, last in _blocks(turns):
        boundary_s = turns[last].start_s if last < len(turns) else math.inf
        until = next_end
        while until < len(ends) and ends[until].audio_s <= boundary_s:
            until += 1
        block = _Block(turns, first, last, holds, ends[next_end:until], texts=texts)
        matches |= block.matches()
        next_end = until
    return matches


def _blocks(turns: Sequence[SpokenTurn]) -> list[tuple[int, int]]:
    """Runs of turns that are aligned at once: split where no decision could belong to both sides."""
    cuts = [0]
    for place in range(1, len(turns)):
        apart = turns[place].start_s > turns[place - 1].end_s + LATEST_S
        if apart or place - cuts[-1] >= _BLOCK_TURNS_MAX:
            cuts.append(place)
    return list(zip(cuts, [*cuts[1:], len(turns)], strict=True)) if turns else []


class _Block:
    """The alignment of some turns in a row with the decisions made meanwhile."""

    def __init__(
        self,
        turns: Sequence[SpokenTurn],
        first: int,
        last: int,
        holds: Sequence[Span],
        ends: Sequence[TurnDecision],
        *,
        texts: bool,
    ) -> None:
        self._first, self._ends = first, ends
        unit = unit_of(" ".join(turn.text for turn in turns[first:last]))
        codes: dict[str, int] = {}

        def sequence(pieces: Sequence[str]) -> list[int]:
            """Words as numbers from 0 on, the end of piece k as -1 - k."""
            row = []
            for place, piece in enumerate(pieces):
                row += [codes.setdefault(word, len(codes)) for word in (tokens(piece, unit) if texts else ())]
                row.append(-1 - place)
            return row

        self._reference_tokens = sequence([turn.text for turn in turns[first:last]])
        self._transcript_tokens = np.array(sequence([end.transcript or "" for end in ends]), dtype=np.int64)
        self._possible = np.zeros((last - first, len(ends)), dtype=bool)
        self._in_window = self._possible.copy()
        for row, place in enumerate(range(first, last)):
            own = [hold for hold in holds if _inside(hold, turns[place])]
            next_s = turns[place + 1].start_s if place + 1 < len(turns) else math.inf
            for column, end in enumerate(ends):
                in_hold = any(hold.start_s <= end.audio_s <= hold.end_s for hold in own)
                timely = _in_window(end, turns[place], next_s)
                near = turns[place].start_s < end.audio_s <= turns[place].end_s + LATEST_S
                self._in_window[row, column] = timely and not in_hold
                self._possible[row, column] = (timely or (texts and near)) and not in_hold

    def matches(self) -> dict[int, TurnDecision]:
        """Align; pairs outside of the window that lack the text's evidence are ruled out, and it is done again."""
        while True:
            pairs = self._aligned()
            unproven = [(row, col) for row, col, proven in pairs if not (proven or self._in_window[row, col])]
            if not unproven:
                return {self._first + row: self._ends[column] for row, column, _ in pairs}
            for row, column in unproven:
                self._possible[row, column] = False

    def _aligned(self) -> list[tuple[int, int, bool]]:
        """Pairs of turn and decision of the cheapest alignment, and whether their last words are the same."""
        width = len(self._transcript_tokens)
        steps = np.arange(width + 1, dtype=float)
        costs = np.empty((len(self._reference_tokens) + 1, width + 1))
        costs[0] = steps
        pairings = [self._pairing(token) for token in self._reference_tokens]
        for row, pairing in enumerate(pairings):
            best = costs[row] + 1
            np.minimum(best[1:], costs[row, :-1] + pairing, out=best[1:])
            # Insertions to the right of the best way so far, one edit each.
            costs[row + 1] = np.minimum.accumulate(best - steps) + steps
        return self._traced(costs, pairings)

    def _pairing(self, token: int) -> NDArray[np.float64]:
        """What it costs to pair a reference token with each token of the transcripts."""
        words = self._transcript_tokens >= 0
        if token >= 0:
            return np.where(words, (self._transcript_tokens != token).astype(float), np.inf)
        column = np.where(words, 0, -1 - self._transcript_tokens)
        allowed = ~words & self._possible[-1 - token][column] if len(self._ends) else words
        return np.where(allowed, column * _TIE, np.inf)

    def _traced(
        self, costs: NDArray[np.float64], pairings: Sequence[NDArray[np.float64]]
    ) -> list[tuple[int, int, bool]]:
        pairs: list[tuple[int, int, bool]] = []
        row, column = len(self._reference_tokens), len(self._transcript_tokens)
        follows_pair = False
        while row and column:
            cost = costs[row, column]
            if cost >= costs[row - 1, column - 1] + pairings[row - 1][column - 1] - _TIE / 2:
                row, column = row - 1, column - 1
                token = self._reference_tokens[row]
                if token < 0:
                    pairs.append((-1 - token, int(-1 - self._transcript_tokens[column]), False))
                elif follows_pair and token == self._transcript_tokens[column]:
                    pairs[-1] = (*pairs[-1][:2], True)
                follows_pair = token < 0
                continue
            follows_pair = False
            if cost >= costs[row - 1, column] + 1 - _TIE / 2:
                row -= 1
            else:
                column -= 1
        return pairs


def _in_window(end: TurnDecision, turn: SpokenTurn, next_s: float) -> bool:
    latest_s = math.inf if end.cause is EndCause.TIMEOUT else turn.end_s + LATEST_S
    return max(turn.end_s + EARLIEST_S, turn.start_s) <= end.audio_s <= min(latest_s, next_s)


def _inside(hold: Span, turn: SpokenTurn) -> bool:
    return turn.start_s <= hold.start_s and hold.end_s <= turn.end_s
