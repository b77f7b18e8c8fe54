"""Where the run stands in the recording, which parts of it were turns, and how loud the audio is."""

from __future__ import annotations

from collections.abc import Callable

from flux_desktop.audio.levels import Meter
from flux_desktop.engine.records.plan import MicrophoneSource
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.conversation import Conversation

TURNS_SHOWN = 40


def place_in_recording(
    conversation: Conversation, length_s: float, *, looped: bool
) -> tuple[float, list[tuple[float, float]]]:
    """Position of one connection and the turns of its present pass, in seconds of a recording of `length_s`."""
    position_s = 0.0 if conversation.row is None else conversation.row.position_s
    pass_start_s = position_s // length_s * length_s if looped else 0.0
    turns = [
        (max(0.0, card.start_s - pass_start_s), min(card.end_s - pass_start_s, length_s))
        for card in conversation.cards[-TURNS_SHOWN:]
        if card.tone != "note" and card.end_s > pass_start_s and card.start_s - pass_start_s < length_s
    ]
    return min(position_s - pass_start_s, length_s), turns


class AudioLevel:
    """Level of the audio that the run streams, for the presenter."""

    def __init__(self, state: AppState, of_clip: Callable[[], float | None] = lambda: None) -> None:
        """`of_clip` gives the level in dBFS of what is sent now of a data set, None of any other source."""
        self._state = state
        self._of_clip = of_clip
        self._meter, self._generation = Meter(), -1

    def now(self) -> tuple[float, float] | None:
        """Present level and held peak in dBFS; None where the level is not known, as after the run."""
        state, run = self._state, self._state.run
        if run.plan is None or not run.active:
            return None
        if isinstance(run.plan.source, MicrophoneSource):
            return state.microphone_level.level
        level_dbfs = self._of_clip()
        if level_dbfs is None:
            recording = state.recording
            if recording is None or str(recording.path) != run.plan.source.path:
                return None
            level_dbfs = recording.level_dbfs(run.sent_s())
        if run.generation != self._generation:
            self._generation, self._meter = run.generation, Meter()
        if run.active and run.streaming():
            self._meter.push(level_dbfs, run.now_s)
        return self._meter.level_dbfs(run.now_s), self._meter.peak_dbfs(run.now_s)
