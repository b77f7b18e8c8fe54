"""Silences that a turn has survived: the same speaker went on, and Flux had not ended the turn. No Qt.

They are taken from the best source that knows them: the holds that the data set states, else the level of the audio
that was sent, else the times of the words that the build sends.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from flux_desktop.engine.sending.base import SPEECH_MIN_DBFS
from flux_desktop.ui.models.audio_track import AudioTrack
from flux_desktop.ui.models.timeline_facts import TimelineTurn

HOLD_MIN_S = 0.4
"""Shorter silences are pauses between words, as also in the engine's search for a pause (`engine.sending.base`)."""


class HoldSource(StrEnum):
    """Where a hold is known from."""

    DATA_SET = "as stated by the data set"
    LEVEL = f"where the audio sent is quieter than {SPEECH_MIN_DBFS:.0f} dBFS"
    WORDS = "between the times of two words that Flux reports"


@dataclass(slots=True, frozen=True)
class Hold:
    """One silence between two parts of a turn."""

    start_s: float
    end_s: float
    source: HoldSource

    @property
    def label(self) -> str:
        """How long Flux waited."""
        return f"waited {self.end_s - self.start_s:.1f} s"

    @property
    def tip(self) -> str:
        """What it is and how it was found."""
        return (
            f"Survived hold: the speaker paused for {self.end_s - self.start_s:.2f} s, from {self.start_s:.2f} s to "
            f"{self.end_s:.2f} s, and Flux kept the turn open. Measured {self.source}; from {HOLD_MIN_S:g} s on."
        )


def survived_holds(turn: TimelineTurn, track: AudioTrack | None) -> list[Hold]:
    """The holds inside the audio that the turn's messages cover, with speech of the turn before and after them."""
    from_s, until_s = turn.after_s, turn.heard_s
    stated = None if track is None else track.known_holds(from_s, until_s)
    if stated is not None:
        # A hold is survived when the turn was open before it began: its first message, or its first word, is earlier.
        return _long([hold for hold in stated if hold[0] >= min(turn.start_s, turn.began_s)], HoldSource.DATA_SET)
    quiet = None if track is None else track.silent(turn.start_s, until_s)
    if quiet is not None:
        return _long(quiet, HoldSource.LEVEL)
    return _long([(before.end_s, after.start_s) for before, after in pairwise(turn.words)], HoldSource.WORDS)


def _long(stretches: list[tuple[float, float]], source: HoldSource) -> list[Hold]:
    return [Hold(start_s, end_s, source) for start_s, end_s in stretches if end_s - start_s >= HOLD_MIN_S]
