"""Layout of large text that grows: added words never move earlier ones, and full views scroll by lines. No Qt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Advance = Callable[[str], float]
"""Width of a text in some type."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: the words that are settled, and those that may still change."""

    settled: str
    interim: str = ""

    @property
    def text(self) -> str:
        """All words."""
        return self.settled + self.interim


def wrapped(settled: str, interim: str, width: float, advance: Advance) -> list[Line]:
    """Lines of `width` at most. A word that is added never moves an earlier one; a word too long has its own line."""
    lines: list[Line] = []
    words = [(word, True) for word in settled.split()] + [(word, False) for word in interim.split()]
    current, current_interim = "", ""
    for word, is_settled in words:
        spaced = f" {word}" if current or current_interim else word
        if (current or current_interim) and advance(current + current_interim + spaced) > width:
            lines.append(Line(current, current_interim))
            current, current_interim, spaced = "", "", word
        if is_settled:
            current += spaced
        else:
            current_interim += spaced
    if current or current_interim:
        lines.append(Line(current, current_interim))
    return lines


def rolled(lines: list[Line], rows: int) -> list[Line]:
    """The lines that are shown in `rows` rows: all while they fit, then the newest."""
    return lines[-rows:]


class InterimWords:
    """Finds the words of an open turn that may still change: those that only the newest message has.

    Fed with each text of a turn; plain state.
    """

    def __init__(self) -> None:
        self._turn: object = None
        self._seen = -1
        self._text = ""
        self._settled = 0
        """Number of words."""

    def take(self, turn: object, revision: int, text: str, *, final: bool) -> tuple[str, str]:
        """The settled and the interim words of the turn, whose `revision` grows with every message."""
        if turn != self._turn:
            self._turn, self._seen, self._text, self._settled = turn, -1, "", 0
        if revision != self._seen:
            before, now = self._text.split(), text.split()
            common = next((n for n, pair in enumerate(zip(before, now, strict=False)) if _differ(*pair)), None)
            self._settled = min(len(before), len(now)) if common is None else common
            self._seen, self._text = revision, text
        words = text.split()
        cut = len(words) if final else self._settled
        return " ".join(words[:cut]), " ".join(words[cut:])


def _differ(one: str, other: str) -> bool:
    """Whether two words differ in more than case and punctuation, which the end of a sentence adds."""
    return one.casefold().strip(".,:;!?") != other.casefold().strip(".,:;!?")
