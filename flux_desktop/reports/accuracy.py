"""Accuracy of a run, from its recording: the one function whose figures the terminal, JSON files and the window show.

    accuracy = read_accuracy(folder)      # blocks; None without reference texts

Definitions are those of `evaluation.word_accuracy` and `evaluation.turn_figures`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from flux_desktop.datasets.clip import Span
from flux_desktop.engine.recording.recording_file import OnRead
from flux_desktop.evaluation.accuracy.heard_text import SpokenText, TurnText, turn_texts
from flux_desktop.evaluation.accuracy.word_accuracy import WordAccuracy, WorstTurn, word_accuracy, worst_turns
from flux_desktop.evaluation.turns.turn_figures import TurnFigures, turn_figures
from flux_desktop.evaluation.turns.turn_matching import TurnDecision
from flux_desktop.evaluation.turns.turn_scoring import ClipScore, score
from flux_desktop.reports.heard_run import HeardConnection, HeardRun, read_heard_run
from flux_desktop.reports.references import (
    PlayedClip,
    decisions_in,
    played_clips,
    reference_turns,
    spoken_texts,
    without_reference,
)


class ClipAccuracy(Struct, frozen=True, kw_only=True):
    """Figures of one clip; intervals of its word error rate are over its turns."""

    clip: str
    times: int
    """How often it was played."""
    words: list[WordAccuracy]
    turns: TurnFigures | None = None
    worst: list[WorstTurn] = []
    """Its turns with the most errors; those without any are left out."""


class ConnectionAccuracy(Struct, frozen=True, kw_only=True):
    """Figures of one connection; intervals of its word error rate are over its turns."""

    conn: int
    words: list[WordAccuracy]
    turns: TurnFigures | None = None


class RunAccuracy(Struct, frozen=True, kw_only=True):
    """Accuracy of a run. Rates are 0 to 1 with `value`, `low` and `high` of the 95 % interval, and `n`."""

    schema: int = 1
    words: list[WordAccuracy]
    """One for words (WER), one for characters (CER); empty where no text was heard whole."""
    turns: TurnFigures | None
    """None where no clip states its turns."""
    clips: list[ClipAccuracy]
    """In the order of the data set."""
    connections: list[ConnectionAccuracy]
    worst: list[WorstTurn]
    partly_sent: int = 0
    """Plays that are left out, because they ended early and no word times say what was heard."""


def read_accuracy(folder: Path, on_read: OnRead | None = None) -> RunAccuracy | None:
    """The accuracy of a recorded run; None where the recording has no reference. Blocks; raises `OSError`."""
    run = read_heard_run(folder, on_read)
    return None if run is None else run_accuracy(heard_parts(run))


def heard_parts(run: HeardRun) -> list[HeardPart]:
    """What each connection adds, with its turns scored: the most of the work."""
    return [HeardPart(connection, run) for connection in run.connections]


def run_accuracy(parts: Sequence[HeardPart]) -> RunAccuracy | None:
    """The figures of what was read; None where nothing of a clip was sent."""
    texts = [text for part in parts for text in part.texts]
    scores = [scored for part in parts for scored in part.scores]
    played = [each.reference for part in parts for each in part.played]
    if not played:
        return None
    ordered = sorted({reference.number: reference.clip for reference in played}.items())
    times = Counter(reference.clip for reference in played)
    return RunAccuracy(
        words=word_accuracy(texts),
        turns=_turn_figures(scores),
        clips=_clips(texts, scores, {clip: times[clip] for _, clip in ordered}),
        connections=[
            ConnectionAccuracy(
                conn=part.conn, words=word_accuracy(part.texts, over_turns=True), turns=_turn_figures(part.scores)
            )
            for part in parts
            if part.played
        ],
        worst=worst_turns(texts),
        partly_sent=sum(part.left_out for part in parts),
    )


class ScoredClip(Struct, frozen=True):
    """A clip whose turns are known, as it was played once."""

    played: PlayedClip
    decisions: list[TurnDecision]
    score: ClipScore


class HeardPart:
    """What one connection adds to a run."""

    def __init__(self, connection: HeardConnection, run: HeardRun) -> None:
        self.conn = connection.conn
        self.played = played_clips(connection, run.references)
        self.clips: list[ScoredClip] = []
        spoken: list[SpokenText] = []
        unknown = without_reference(connection, run.references)
        self.left_out = 0
        for played in self.played:
            pieces = spoken_texts(played, run.plan.options)
            spoken += pieces or []
            if not pieces:
                unknown.append(Span(start_s=played.start_s, end_s=played.until_s))
            self.left_out += pieces is None
            if (turns := reference_turns(played)) is not None:
                decisions = decisions_in(played, connection)
                self.clips.append(ScoredClip(played, decisions, score(turns, decisions)))
        transcripts = [text for text in connection.texts if not any(_within(text.start_s, each) for each in unknown)]
        self.texts = turn_texts(spoken, transcripts)

    @property
    def scores(self) -> list[ClipScore]:
        """Of its clips."""
        return [clip.score for clip in self.clips]


def _clips(texts: list[TurnText], scores: list[ClipScore], times: dict[str, int]) -> list[ClipAccuracy]:
    texts_of: dict[str, list[TurnText]] = {clip: [] for clip in times}
    scores_of: dict[str, list[ClipScore]] = {clip: [] for clip in times}
    for text in texts:
        texts_of[text.spoken.clip].append(text)
    for scored in scores:
        scores_of[scored.clip].append(scored)
    return [
        ClipAccuracy(
            clip=clip,
            times=count,
            words=word_accuracy(texts_of[clip], over_turns=True),
            turns=_turn_figures(scores_of[clip]),
            worst=worst_turns(texts_of[clip]),
        )
        for clip, count in times.items()
    ]


def _turn_figures(scores: list[ClipScore]) -> TurnFigures | None:
    """Figures of all scores; repeats of a clip count once."""
    if not any(scored.turns for scored in scores):
        return None
    return turn_figures(scores, len(scores) / len({scored.clip for scored in scores}))


def _within(at_s: float, stretch: Span) -> bool:
    return stretch.start_s <= at_s < stretch.end_s
