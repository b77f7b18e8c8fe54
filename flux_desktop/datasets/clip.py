"""What every reader yields: clips with their ground truth, and the entries that could not be used.

All times are seconds from the start of the clip. A turn, a hold and an ignored stretch are defined in the glossary of
`engine`: a hold is a silence inside a turn, and what is ignored is not scored.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from flux_desktop.audio.channels import Channel
from flux_desktop.audio.words import ReferenceWord, SpokenTurn
from flux_desktop.base.problem import Problem, ProblemError

_SECONDS_MAX = 1e6
"""Eleven days: no recording is longer."""
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of a clip."""

    start_s: float
    end_s: float


class Clip(msgspec.Struct, frozen=True, kw_only=True):
    """One recording, or a part of one, and what is known of it. `text` is None where nothing states it."""

    path: Path
    offset_s: float = 0.0
    """Where the clip begins in the file."""
    duration_s: float | None = None
    """As stated by the data set; None is to the end of the file."""
    text: str | None = None
    words: tuple[ReferenceWord, ...] = ()
    turns: tuple[SpokenTurn, ...] = ()
    holds: tuple[Span, ...] = ()
    ignore: tuple[Span, ...] = ()
    channel: Channel | None = None
    language: str | None = None
    keyterms: tuple[str, ...] = ()
    speaker: str | None = None
    conversation: str | None = None
    sha256: str | None = None


class BadEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry that is left out: where it is stated, and why it cannot be used."""

    where: str
    why: str


class DataSet(msgspec.Struct, frozen=True, kw_only=True):
    """Clips in the order of the data set."""

    path: Path
    format: str
    clips: tuple[Clip, ...]
    bad: tuple[BadEntry, ...] = ()
    unused: dict[str, int] = {}
    """Keys of a manifest that stand for nothing here, such as misspelt ones, with the number of their clips."""


def impossible_times(clip: Clip) -> str:
    """Why a clip cannot begin at its offset or last as long as stated; empty if it can."""
    if not 0 <= clip.offset_s < _SECONDS_MAX:
        return f"It cannot begin at {clip.offset_s:g} s."
    if clip.duration_s is not None and not 0 < clip.duration_s < _SECONDS_MAX:
        return f"It cannot last {clip.duration_s:g} s."
    return ""


def unusable(path: Path, why: str, todo: str = "") -> ProblemError:
    """A data set of which nothing can be used."""
    return ProblemError(
        Problem(code="data_unusable", what=f"The data set {path.name or path} cannot be used.", why=why, todo=todo)
    )


def read_text(path: Path) -> str:
    """A text file in UTF-8 (UTF-16 with its mark, as Praat saves it), lines ended by LF. Raises `ProblemError`."""
    try:
        content = path.read_bytes()
        text = content.decode("utf-16" if content.startswith(_UTF_16) else "utf-8-sig")
    except OSError as error:
        raise unusable(path, f"{error.strerror or error}.", "Check the path and its permissions.") from error
    except UnicodeDecodeError as error:
        why = f"It is not UTF-8: the byte at position {error.start} does not belong to a character."
        raise unusable(path, why, "Save it as UTF-8.") from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def lines(text: str) -> list[tuple[int, str]]:
    """Numbered lines that are not blank. Only LF ends a line, as texts may contain other separators."""
    return [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
