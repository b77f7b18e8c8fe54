"""Two arms on the same audio at one playhead: what each shows there. No Qt."""

from __future__ import annotations

from dataclasses import dataclass

from flux_desktop.datasets.clip import Span
from flux_desktop.ui.models.presenter.lines import pieces
from flux_desktop.ui.models.tune_ab import HeardWord, marked_words

WINDOW_S = 20.0
"""Audio in view; the playhead stands at `PLAYHEAD` of it as soon as so much has been played."""
PLAYHEAD = 0.85


@dataclass(frozen=True, slots=True)
class ArmVerdict:
    """What an arm did, in large words and in small ones. `tone` is ok, danger or quiet."""

    tone: str = "quiet"
    words: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    """What happened on an arm's connection up to the playhead. Times are seconds of the audio."""

    turns: tuple[Span, ...] = ()
    ends_s: tuple[float, ...] = ()
    cut_offs_s: tuple[float, ...] = ()
    """Ends that cut the caller off."""
    eager_s: tuple[float, ...] = ()
    resumed_s: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm at the playhead. `words` are those of the turn in progress, or of the last one."""

    title: str
    setting: str
    words: tuple[HeardWord, ...] = ()
    interim: int = 0
    """How many of the last words may still change."""
    cuts: tuple[int, ...] = ()
    """Places among the words at which the caller was cut off."""
    lane: Lane = Lane()
    verdict: ArmVerdict = ArmVerdict()


@dataclass(frozen=True, slots=True)
class Split:
    """Both arms and their one playhead. `hint` says what is missing where there are no two arms."""

    title: str = ""
    same: str = ""
    """What the arms have in common."""
    position_s: float = 0.0
    length_s: float | None = None
    holds: tuple[Span, ...] = ()
    """Pauses inside turns, where the recording's are known."""
    arms: tuple[Arm, ...] = ()
    paused: bool | None = None
    """None where the playhead cannot be moved, because the audio is being sent now."""
    hint: str = ""

    @property
    def window(self) -> Span:
        """The stretch of the audio in view."""
        width_s = WINDOW_S if self.length_s is None else min(WINDOW_S, self.length_s)
        start_s = max(0.0, self.position_s - PLAYHEAD * width_s)
        if self.length_s is not None:
            start_s = min(start_s, self.length_s - width_s)
        return Span(start_s=start_s, end_s=start_s + width_s)


def compared(a: str, b: str) -> tuple[tuple[HeardWord, ...], tuple[HeardWord, ...]]:
    """The words of both arms, those marked that the other one does not have.

    What one arm has not reached yet is no difference: the longer text is compared up to the length of the other one.
    """
    ours, theirs = pieces(a), pieces(b)
    both = min(len(ours), len(theirs))
    one, other = marked_words(ours[: both + 1], theirs[: both + 1])
    ahead = [tuple(HeardWord(text=word) for word in words[both + 1 :]) for words in (ours, theirs)]
    return _forgiven(one, both) + ahead[0], _forgiven(other, both) + ahead[1]


def _forgiven(words: tuple[HeardWord, ...], both: int) -> tuple[HeardWord, ...]:
    """The word after the shorter text is not judged."""
    return tuple(word if n < both else HeardWord(text=word.text) for n, word in enumerate(words))
