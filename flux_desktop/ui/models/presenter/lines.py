"""Layout of large text that grows: added words never move earlier ones, and full views scroll by lines. No Qt."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from flux_desktop.ui.models.tune_ab import MARKS

Advance = Callable[[str], float]
"""Width of a text in some type."""

_CJK = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
_CLOSING = "、。，．！？」』）…ー"  # noqa: RUF001 - full-width marks
_PIECE = re.compile(rf"\s*(?:[{_CJK}][{_CLOSING}]*|[^\s{_CJK}]+)")


@dataclass(frozen=True, slots=True)
class Line:
    """One line: the words that are settled, and those that may still change."""

    settled: str
    interim: str = ""

    @property
    def text(self) -> str:
        """All words."""
        return self.settled + self.interim


def pieces(text: str) -> list[str]:
    """What a line may be broken between: words, each with its space before it, and Japanese or Chinese characters."""
    return [piece if n else piece.lstrip() for n, piece in enumerate(_PIECE.findall(text))]


def wrapped(settled: str, interim: str, width: float, advance: Advance) -> list[Line]:
    """Lines of `width` at most. A word that is added never moves an earlier one; a word too long is broken."""
    lines = [Line("")]
    settled_count = len(pieces(settled))
    for n, piece in enumerate(pieces(settled + interim)):
        if lines[-1].text and advance(lines[-1].text + piece) > width:
            lines.append(Line(""))
        for part in _parts(piece if lines[-1].text else piece.lstrip(), width, advance):
            if lines[-1].text and advance(lines[-1].text + part) > width:
                lines.append(Line(""))
            line, kind = lines[-1], "settled" if n < settled_count else "interim"
            lines[-1] = replace(line, **{kind: getattr(line, kind) + part})
    return [line for line in lines if line.text]


def _parts(word: str, width: float, advance: Advance) -> Iterator[str]:
    """The word, in several parts where it is wider than a line."""
    start = 0
    for end in range(1, len(word)):
        if advance(word[start : end + 1]) > width and not unicodedata.combining(word[end]):
            yield word[start:end]
            start = end
    yield word[start:]


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
            before, now = pieces(self._text), pieces(text)
            common = next((n for n, pair in enumerate(zip(before, now, strict=False)) if _differ(*pair)), None)
            self._settled = min(len(before), len(now)) if common is None else common
            self._seen, self._text = revision, text
        words = pieces(text)
        cut = len(words) if final else self._settled
        return "".join(words[:cut]), "".join(words[cut:])


def _differ(one: str, other: str) -> bool:
    """Whether two words differ in more than case and punctuation, which the end of a sentence adds."""
    return one.casefold().strip(MARKS) != other.casefold().strip(MARKS)
