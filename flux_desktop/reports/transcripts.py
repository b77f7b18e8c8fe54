"""Transcripts to keep, as pure functions of a connection's ended turns: TXT, JSON, SRT and WebVTT."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from msgspec import Struct

from flux_desktop.base.plain_text import plain
from flux_desktop.flux.turns import Turn

CUE_CHARS_MAX = 84
"""Two lines of a usual subtitle."""
CUE_S_MAX = 7.0
CUE_S_MIN = 0.5
TIME_MAX_S = 359_999.0
"""The latest time that a subtitle can have; a server that says more is not believed."""


class Cue(Struct, frozen=True):
    """One subtitle; times in seconds of stream audio."""

    start_s: float
    end_s: float
    text: str


def as_txt(turns: Iterable[Turn]) -> str:
    """One line a turn with its index and time, such as ``[0:04.2] hello, how are you?``."""
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
    """Subtitles in order, none overlapping. A turn is one cue, or several where its words' times allow a split."""
    found: list[Cue] = []
    for turn in turns:
        for cue in _turn_cues(turn):
            start_s = max(cue.start_s, found[-1].end_s if found else 0.0)
            found.append(Cue(start_s, max(cue.end_s, start_s + CUE_S_MIN), cue.text))
    return found


def _turn_cues(turn: Turn) -> list[Cue]:
    text = plain(turn.transcript).strip()
    if not text:
        return []
    words = [(plain(word.word), word.start, word.end) for word in turn.words]
    timed = [(word, start, end) for word, start, end in words if start is not None and end is not None]
    # Joined words are the text only where blanks part words, and only newer builds send their times.
    if len(timed) != len(words) or " ".join(word for word, _, _ in timed) != text:
        return [Cue(_start_s(turn), turn.end_s, text)]
    made: list[Cue] = []
    for word, start, end in timed:
        last = made[-1] if made else None
        fits = last is not None and len(last.text) + 1 + len(word) <= CUE_CHARS_MAX and end - last.start_s <= CUE_S_MAX
        if last is not None and fits:
            made[-1] = Cue(last.start_s, end, f"{last.text} {word}")
        else:
            made.append(Cue(start, end, word))
    return made


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
