"""Label files of NIST's scoring tools: RTTM (who speaks when), STM (turns with text) and CTM (words).

Each names the recordings that its lines belong to. Lines that begin with ``;;`` are comments.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from flux_desktop.audio.words import ReferenceWord, SpokenTurn
from flux_desktop.datasets.clip import Span, lines
from flux_desktop.datasets.marks import Marks, MarksError, seconds

_NOT_SCORED = "ignore_time_segment_in_scoring"
_ALTERNATIVES = re.compile(r"\{([^{}]*)\}")
_NO_WORDS = re.compile(r"\([^()]*\)|<[^<>]*>|%hesitation\b", re.IGNORECASE)
"""What may be said or not, and marks such as ``(laughs)``, ``<b_aft>`` and ``(%HESITATION)``."""


def parse_rttm(text: str) -> dict[str, Marks]:
    """``SPEAKER file channel start duration <NA> <NA> speaker …``: turns without text. Raises `MarksError`."""
    return _parse(text, _rttm_line)


def parse_stm(text: str) -> dict[str, Marks]:
    """``file channel speaker start end [<labels>] text``: turns. Raises `MarksError`."""
    return _parse(text, _stm_line)


def parse_ctm(text: str) -> dict[str, Marks]:
    """``file channel start duration word [confidence]``: words. Raises `MarksError`."""
    return _parse(text, _ctm_line)


def _parse(text: str, read_line: Callable[[list[str], dict[str, Marks]], None]) -> dict[str, Marks]:
    marks: dict[str, Marks] = {}
    for number, fields in _fields(text):
        try:
            read_line(fields, marks)
        except MarksError as error:
            raise MarksError(f"Line {number}: {error}") from None
        except IndexError:
            raise MarksError(f"Line {number}: it has too few fields.") from None
    for each in marks.values():
        each.sort()
    return marks


def _fields(text: str) -> Iterator[tuple[int, list[str]]]:
    return ((number, line.split()) for number, line in lines(text) if not line.lstrip().startswith(";;"))


def _rttm_line(fields: list[str], marks: dict[str, Marks]) -> None:
    start_s, duration_s = seconds(fields[3]), seconds(fields[4])
    if fields[0] == "SPEAKER":
        turn = SpokenTurn(text="", start_s=start_s, end_s=start_s + duration_s)
        marks.setdefault(fields[1], Marks()).turns.append(turn)


def _stm_line(fields: list[str], marks: dict[str, Marks]) -> None:
    start_s, end_s = seconds(fields[3]), seconds(fields[4])
    text = fields[6:] if len(fields) > 5 and fields[5].startswith("<") else fields[5:]
    of_file = marks.setdefault(fields[0], Marks())
    if [word.lower() for word in text] == [_NOT_SCORED]:
        of_file.ignore.append(Span(start_s=start_s, end_s=end_s))
    else:
        of_file.turns.append(SpokenTurn(text=_words(" ".join(text)), start_s=start_s, end_s=end_s))


def _words(text: str) -> str:
    """A transcript of an STM file without marks; of alternatives the first, or none where ``@`` allows none."""
    found = 1
    while found:  # one may have others within
        text, found = _ALTERNATIVES.subn(_first, text)
    return " ".join(_NO_WORDS.sub(" ", text).split())


def _first(match: re.Match[str]) -> str:
    alternatives = [each.strip() for each in match[1].split("/")]
    return f" {'' if '@' in alternatives else alternatives[0]} "


def _ctm_line(fields: list[str], marks: dict[str, Marks]) -> None:
    start_s, duration_s = seconds(fields[2]), seconds(fields[3])
    of_file = marks.setdefault(fields[0], Marks())
    if _NO_WORDS.sub("", fields[4]):
        of_file.words.append(ReferenceWord(word=fields[4], start_s=start_s, end_s=start_s + duration_s))
