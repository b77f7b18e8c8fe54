"""The words that are said in the clips of a data set, to measure turns against. No Qt."""

from __future__ import annotations

from collections.abc import Sequence

from flux_desktop.audio.words import ReferenceWord
from flux_desktop.datasets.clip import Clip
from flux_desktop.engine.measuring.ground_truth import SpokenWords
from flux_desktop.engine.records.audio_events import ClipReference, ClipStarted


class ClipWords:
    """Words by clip: from a data set with `add`, or from the recording of a run with `take`."""

    def __init__(self) -> None:
        self._of_clip: dict[tuple[str, float], SpokenWords] = {}
        self._of_number: dict[int, SpokenWords] = {}

    def add(self, clips: Sequence[Clip], lengths_s: Sequence[float | None]) -> None:
        """Take the clips of a data set with their lengths; those without words have no truth."""
        for clip, length_s in zip(clips, lengths_s, strict=True):
            if clip.words:
                self._of_clip[str(clip.path), clip.offset_s] = _spoken(clip.words, length_s)

    def take(self, event: ClipReference) -> None:
        """Take what a recording says of a clip."""
        if event.words:
            self._of_number[event.number] = _spoken(event.words, event.length_s)

    def of(self, event: ClipStarted) -> SpokenWords | None:
        """The words of the clip that a connection begins to send; times from the clip's start."""
        known = self._of_number.get(event.number)
        return known if known is not None else self._of_clip.get((event.clip, event.offset_s))


def _spoken(words: Sequence[ReferenceWord], length_s: float | None) -> SpokenWords:
    return SpokenWords(words, words[-1].end_s if length_s is None else length_s, looped=False)
