"""What a run's words are held against: the words file beside its recording, where there is one."""

from __future__ import annotations

import wave
from collections.abc import Iterable, Iterator
from pathlib import Path

from flux_desktop.audio.words import script_of
from flux_desktop.engine.events import LedgerClass, StreamSummary
from flux_desktop.engine.plan import RunPlan, WavSource
from flux_desktop.engine.stages import slots
from flux_desktop.problem import ProblemError
from flux_desktop.reports.word_errors import WordErrors, spoken, word_errors_of_many


def recording_s(plan: RunPlan) -> float | None:
    """Length of the plan's recording; None for other sources and for a file that the engine will complain about."""
    if not isinstance(plan.source, WavSource):
        return None
    try:
        with wave.open(plan.source.path, "rb") as file:
            return file.getnframes() / file.getframerate()
    except (OSError, EOFError, wave.Error, ZeroDivisionError):
        return None


def audio_s(plan: RunPlan) -> float | None:
    """How much audio each stream of a plan without stages will send; None where that is open."""
    if isinstance(plan.source, WavSource) and not plan.source.loop:
        length_s = recording_s(plan)
        if length_s is None or plan.duration_s is None:
            return plan.duration_s if length_s is None else length_s
        return min(length_s, plan.duration_s)
    return plan.duration_s


def run_accuracy(plan: RunPlan, summaries: Iterable[StreamSummary]) -> WordErrors | None:
    """The word errors of all completed streams; None where nobody knows what was said."""
    length_s = recording_s(plan)
    if length_s is None or not isinstance(plan.source, WavSource):
        return None
    try:
        script = script_of(Path(plan.source.path))
    except ProblemError:
        return None  # the words file is not what the run is about
    if script is None:
        return None
    lives = slots(plan.stages)
    whole_s = audio_s(plan)

    def texts() -> Iterator[tuple[list[frozenset[str]], str]]:
        for summary in summaries:
            sent_s = lives[summary.conn - 1].duration_s if lives else whole_s
            if summary.ledger is LedgerClass.COMPLETED and sent_s is not None:
                yield spoken(script, length_s, sent_s), " ".join(summary.final_texts)

    found = word_errors_of_many(texts())
    return found if found is not None and found.n else None
