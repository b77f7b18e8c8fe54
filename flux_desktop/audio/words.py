"""Words file beside a recording: its reference transcript with word times, and its turns where they are known."""

from __future__ import annotations

from pathlib import Path

import msgspec

from flux_desktop.base.problem import Problem, ProblemError


class ReferenceWord(msgspec.Struct, frozen=True, kw_only=True):
    """One spoken word; times in seconds from the start of the recording. `display`: as written, ``Mr.`` for mister."""

    word: str
    start_s: float
    end_s: float
    display: str = ""

    @property
    def text(self) -> str:
        return self.display or self.word


class SpokenTurn(msgspec.Struct, frozen=True, kw_only=True):
    """One turn: what the speaker says before the other side should speak; times as for words."""

    text: str
    start_s: float
    end_s: float


class ReferenceTranscript(msgspec.Struct, frozen=True, kw_only=True):
    """What is said in one recording. `words` and `turns` are empty where the file does not state them."""

    file: str
    text: str = ""
    words: tuple[ReferenceWord, ...] = ()
    turns: tuple[SpokenTurn, ...] = ()


def reference_transcript(recording: str | Path) -> ReferenceTranscript | None:
    """The transcript of a recording, or None if no file beside it has one. Raises `ProblemError` ``words_unusable``.

    ``NAME.words.json`` belongs to the recording alone: of several entries the one that names it counts, and a single
    entry need not name it. ``reference.json`` is shared by the recordings of a folder: an entry must name it.
    """
    recording = Path(recording)
    own, shared = recording.with_suffix(".words.json"), recording.with_name("reference.json")
    if own.exists():
        transcripts = read_words(own)
        if len(transcripts) == 1:
            return transcripts[0]
    elif shared.exists():
        transcripts = read_words(shared)
    else:
        return None
    return next((transcript for transcript in transcripts if transcript.file == recording.name), None)


def read_words(path: str | Path) -> list[ReferenceTranscript]:
    """All transcripts of a words file. Raises `ProblemError` ``words_unusable``."""
    path = Path(path)
    try:
        content = path.read_bytes()
        if not content.strip():
            raise _unusable(path, "it is empty")
        transcripts = msgspec.json.decode(content.decode("utf-8-sig"), type=list[ReferenceTranscript])
    except OSError as error:
        raise _unusable(path, error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise _unusable(
            path, f"it is not UTF-8: the byte at position {error.start} does not belong to a character"
        ) from error
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise _unusable(path, str(error)) from error
    for transcript in transcripts:
        _check_order(transcript, path)
    return transcripts


def _check_order(transcript: ReferenceTranscript, path: Path) -> None:
    earliest_s = 0.0
    for word in transcript.words:
        if not earliest_s <= word.start_s <= word.end_s:
            raise _unusable(path, f"the times of the word “{word.word}” at {word.start_s:g} s are out of order")
        earliest_s = word.start_s


def _unusable(path: Path, why: str) -> ProblemError:
    return ProblemError(
        Problem(
            code="words_unusable",
            what=f"The words file {path.name} cannot be used.",
            why=f"{why[:1].upper()}{why[1:]}.".replace("..", "."),
            todo="Correct it or remove it. The format is [{file, text, words: [{word, start_s, end_s}]}].",
        )
    )
