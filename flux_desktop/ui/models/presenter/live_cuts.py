"""Which turns of a live connection were ended in a pause that the data set states: the caller was cut off. No Qt."""

from __future__ import annotations

from typing import NamedTuple

from flux_desktop.evaluation.turns.turn_scoring import HOLD_MAX_S, HOLD_MIN_S
from flux_desktop.ui.models.audio_track import AudioTrack
from flux_desktop.ui.models.timeline import Timeline
from flux_desktop.ui.models.timeline_facts import TimelineTurn

ROUNDING_S = 1e-6


class LiveCut(NamedTuple):
    """An end of turn within a hold; both in seconds of the connection's audio, the end where it was decided."""

    turn: TimelineTurn
    hold: tuple[float, float]

    @property
    def words(self) -> str:
        """Where in the pause it came."""
        start_s, end_s = self.hold
        return f"{self.turn.heard_s - start_s:.2f} s into a pause of {end_s - start_s:.1f} s"


def live_cuts(timeline: Timeline, track: AudioTrack | None, from_s: float, until_s: float) -> list[LiveCut] | None:
    """The cut-offs between two positions, as `evaluation.turns.turn_scoring` defines them.

    None where the pauses are not known: the audio is of no data set that states them.
    """
    stated = None if track is None else track.known_holds(max(0.0, from_s), until_s + HOLD_MAX_S)
    if stated is None:
        return None
    holds = [hold for hold in stated if HOLD_MIN_S - ROUNDING_S <= hold[1] - hold[0] <= HOLD_MAX_S + ROUNDING_S]
    return [
        LiveCut(turn, hold)
        for turn in timeline.between(from_s, until_s).turns
        if turn.end_s is not None and turn.card.ended_by != "manual"
        for hold in holds
        if hold[0] <= turn.heard_s <= hold[1]
    ]
