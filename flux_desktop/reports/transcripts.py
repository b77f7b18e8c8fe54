"""Transcript files as pure functions of the ended turns of a connection: TXT, JSON, SRT and WebVTT."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

import msgspec
from msgspec import Struct

from flux_desktop.base.plain_text import plain
from flux_desktop.flux.turns import Turn

CUE_WIDTH_MAX = 84
"""Two lines of a subtitle, in columns: a wide character takes two."""
CUE_S_MAX = 7.0
CUE_S_MIN = 0.5
TIME_MAX_S = 359_999.0
"""The latest time that a subtitle can have; later times from a server are cut to it."""


class Cue(Struct, frozen=True):
    """One subtitle; times in seconds of stream audio."""

    start_s: float
    end_s: float
    text: str


def as_txt(turns: Iterable[Turn]) -> str:
    """One line per turn with its time, such as ``[0:04.2] hello, how are you?``."""
    lines = []
    for turn in turns:
        minutes, seconds = divmod(min(max(0.0, _start_s(turn)), TIME_MAX_S), 60)
        mark = " [closed]" if turn.ended_by == "closed" else ""
        lines.append(f"[{int(minutes)}:{int(seconds * 10) / 10:04.1f}] {plain(turn.transcript).strip()}{mark}\n")
    return "".join(lines)


def as_json(conn: int, turns: Iterable[Turn]) -> str:
    """One object: the connection and its turns with words, times (seconds of stream audio) and confidences."""
    document = {"connection": conn, "turns": [msgspec.to_builtins(turn) for turn in turns]}
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def as_srt(turns: Iterable[Turn]) -> str:
    """SubRip subtitles."""
    blocks = [
        f"{number}\n{_stamp(cue.start_s, ',')} --> {_stamp(cue.end_s, ',')}\n{_unarrowed(cue.text)}\n"
        for number, cue in enumerate(cues(turns), 1)
    ]
    return "\n".join(blocks)


def as_vtt(turns: Iterable[Turn]) -> str:
    """WebVTT subtitles."""
    blocks = [f"{_stamp(cue.start_s, '.')} --> {_stamp(cue.end_s, '.')}\n{_escaped(cue.text)}\n" for cue in cues(turns)]
    return "\n".join(["WEBVTT\n", *blocks])


def cues(turns: Iterable[Turn]) -> list[Cue]:
    """Subtitles in order, without overlap. A long turn becomes several cues."""
    subtitles: list[Cue] = []
    for turn in turns:
        for cue in _turn_cues(turn):
            start_s = max(cue.start_s, subtitles[-1].end_s if subtitles else 0.0)
            subtitles.append(Cue(start_s, max(cue.end_s, start_s + CUE_S_MIN), cue.text))
    return subtitles


def _turn_cues(turn: Turn) -> list[Cue]:
    """The cues of one turn, within `CUE_WIDTH_MAX` and `CUE_S_MAX`."""
    text = plain(turn.transcript).strip()
    if not text:
        return []
    cues: list[Cue] = []
    for piece in _timed_words(turn, text) or [Cue(_start_s(turn), max(turn.end_s, _start_s(turn)), text)]:
        for part in _exploded(piece):
            last = cues[-1] if cues else None
            if (
                last is not None
                and display_width((last.text + part.text).rstrip()) <= CUE_WIDTH_MAX
                and part.end_s - last.start_s <= CUE_S_MAX
            ):
                cues[-1] = Cue(last.start_s, part.end_s, last.text + part.text)
            else:
                cues.append(part)
    return [Cue(cue.start_s, cue.end_s, cue.text.strip()) for cue in cues if cue.text.strip()]


def _timed_words(turn: Turn, text: str) -> list[Cue]:
    """The text cut at the start of each word, with its times; empty if a time is missing or a word differs."""
    begins: list[int] = []
    end = 0
    for word in turn.words:
        spoken = plain(word.word)
        at = text.find(spoken, end) if spoken else -1
        if at < 0 or word.start is None or word.end is None or any(map(str.isalnum, text[end:at])):
            return []
        begins.append(at)
        end = at + len(spoken)
    if not begins or any(map(str.isalnum, text[end:])):
        return []
    bounds = [0, *begins[1:], len(text)]
    return [
        Cue(word.start or 0.0, word.end or 0.0, text[bounds[number] : bounds[number + 1]])
        for number, word in enumerate(turn.words)
    ]


def _exploded(piece: Cue) -> list[Cue]:
    """A piece that is too wide or too long for one cue as its words, or characters, with times in proportion."""
    width, duration_s = display_width(piece.text), piece.end_s - piece.start_s
    if width <= CUE_WIDTH_MAX and duration_s <= CUE_S_MAX:
        return [piece]
    parts = re.findall(r"\S+\s*", piece.text)
    if len(parts) < 2:
        parts = _characters(piece.text)
        if len(parts) < 2:
            return [piece]
    cues: list[Cue] = []
    done = 0
    for part in parts:
        start_s = piece.start_s + duration_s * done / width
        done += display_width(part)
        cues.append(Cue(start_s, piece.start_s + duration_s * done / width, part))
    return [cue for part_cue in cues for cue in _exploded(part_cue)]


def _characters(text: str) -> list[str]:
    """The characters of a text, each with the marks that combine with it."""
    characters: list[str] = []
    for char in text:
        if characters and unicodedata.category(char)[0] == "M":
            characters[-1] += char
        else:
            characters.append(char)
    return characters


def display_width(text: str) -> int:
    """Columns that a text takes: two for wide characters, none for combining marks."""
    return sum(
        0 if unicodedata.category(char)[0] == "M" else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )


def _start_s(turn: Turn) -> float:
    first = turn.words[0].start if turn.words else None
    return turn.start_s if first is None else first


def _stamp(time_s: float, point: str) -> str:
    milliseconds = round(min(max(0.0, time_s), TIME_MAX_S) * 1000)
    seconds, milliseconds = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{point}{milliseconds:03}"


def _unarrowed(text: str) -> str:
    return text.replace("-->", "→")


def _escaped(text: str) -> str:
    return _unarrowed(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
