"""The words file beside a recording: what is said in it, and when. It is the ground truth of a scripted sample."""

from __future__ import annotations

from pathlib import Path

import msgspec

from flux_desktop.base.problem import Problem, ProblemError


class ReferenceWord(msgspec.Struct, frozen=True, kw_only=True):
    """One spoken word; times in seconds from the recording's start. `display`: as written, ``Mr.`` for mister."""

    word: str
    start_s: float
    end_s: float
    display: str = ""

    @property
    def text(self) -> str:
        return self.display or self.word


class SpokenTurn(msgspec.Struct, frozen=True, kw_only=True):
    """One turn: a sentence between pauses."""

    text: str
    start_s: float
    end_s: float


class ReferenceTranscript(msgspec.Struct, frozen=True, kw_only=True):
    """What one recording says. `turns` is empty where the file does not divide it."""

    file: str
    text: str
    words: tuple[ReferenceWord, ...] = ()
    turns: tuple[SpokenTurn, ...] = ()


def words_path(wav: Path) -> Path | None:
    """The words file beside `wav`: ``name.words.json``, else a ``reference.json`` that tells of it; else None."""
    own, common = wav.with_suffix(".words.json"), wav.with_name("reference.json")
    if own.is_file():
        return own
    if common.is_file() and any(script.file == wav.name for script in read_words(common)):
        return common
    return None


def reference_transcript(wav: str | Path) -> ReferenceTranscript | None:
    """The script of a recording; None if it has no words file. Raises `ProblemError` ``words_unusable``.

    One file may describe several recordings: the entry that names `wav` counts, else the only one.
    """
    wav = Path(wav)
    path = words_path(wav)
    if path is None:
        return None
    scripts = read_words(path)
    named = next((script for script in scripts if script.file == wav.name), None)
    return named or (scripts[0] if len(scripts) == 1 else None)


def read_words(path: str | Path) -> list[ReferenceTranscript]:
    """All scripts of a words file. Raises `ProblemError` ``words_unusable``."""
    path = Path(path)
    try:
        scripts = msgspec.json.decode(path.read_bytes(), type=list[ReferenceTranscript])
    except (OSError, msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise _unusable(path, str(error)) from error
    for script in scripts:
        _check_order(script, path)
    return scripts


def _check_order(script: ReferenceTranscript, path: Path) -> None:
    earliest_s = 0.0
    for spoken in script.words:
        if not earliest_s <= spoken.start_s <= spoken.end_s:
            raise _unusable(path, f"the word “{spoken.word}” at {spoken.start_s:g} s is out of order")
        earliest_s = spoken.start_s


def _unusable(path: Path, why: str) -> ProblemError:
    return ProblemError(
        Problem(
            code="words_unusable",
            what=f"The words file {path.name} cannot be used.",
            why=f"{why[:1].upper()}{why[1:]}.".replace("..", "."),
            todo="It is a list of {file, text, words: [{word, start_s, end_s}]}; mend it or remove it.",
        )
    )
