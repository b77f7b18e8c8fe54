"""A folder of recordings, each with its text or labels beside it.

Of ``talk.flac`` these count, the first that exists: ``talk.words.json`` (or an entry of ``reference.json``),
``talk.TextGrid``, ``talk.ctm``, ``talk.stm``, ``talk.txt`` (a transcript, or an Audacity label track), ``talk.rttm``.
A ``.stm``, ``.ctm`` or ``.rttm`` file of another name counts for the recordings that it names.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from flux_desktop.audio.decoding import SUFFIXES, UNSUPPORTED_SUFFIXES
from flux_desktop.audio.words import reference_transcript
from flux_desktop.base.problem import ProblemError
from flux_desktop.datasets.audacity import is_audacity, parse_audacity
from flux_desktop.datasets.clip import BadEntry, Clip, DataSet, read_text
from flux_desktop.datasets.marks import Marks, MarksError
from flux_desktop.datasets.nist import parse_ctm, parse_rttm, parse_stm
from flux_desktop.datasets.textgrid import parse_textgrid

_UNSUPPORTED = "Recordings of this kind cannot be decoded. Convert it to WAV or FLAC, for example with ffmpeg."
_BY_RECORDING: dict[str, Callable[[str], dict[str, Marks]]] = {
    ".ctm": parse_ctm,
    ".stm": parse_stm,
    ".rttm": parse_rttm,
}


def read_folder(folder: Path) -> DataSet:
    """All recordings in a folder and below it. Raises `ProblemError`."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    shared, bad = _shared_labels(files, folder)
    clips = []
    usable = {path.with_suffix("") for path in files if path.name.lower().endswith(SUFFIXES)}
    for path in files:
        if path.name.lower().endswith(UNSUPPORTED_SUFFIXES) and path.with_suffix("") not in usable:
            bad.append(BadEntry(where=str(path.relative_to(folder)), why=_UNSUPPORTED))
        if not path.name.lower().endswith(SUFFIXES):
            continue
        try:
            clips.append(_clip(path, shared))
        except (ProblemError, MarksError) as error:
            why = error.problem.sentence() if isinstance(error, ProblemError) else str(error)
            bad.append(BadEntry(where=str(path.relative_to(folder)), why=why))
    return DataSet(path=folder, format="folder", clips=tuple(clips), bad=tuple(bad))


def single_clip(path: Path) -> Clip:
    """One recording with what lies beside it. Raises `ProblemError` or `MarksError`."""
    return _clip(path, {})


def _shared_labels(files: list[Path], folder: Path) -> tuple[dict[tuple[Path, str], Marks], list[BadEntry]]:
    """Marks by the folder of the label file and the name of the recording."""
    shared: dict[tuple[Path, str], Marks] = {}
    bad = []
    for path in files:
        parse = _BY_RECORDING.get(path.suffix.lower())
        if parse is None:
            continue
        try:
            for name, marks in parse(read_text(path)).items():
                shared[path.parent, name] = _merged(shared.get((path.parent, name)), marks)
        except (ProblemError, MarksError) as error:
            why = error.problem.why if isinstance(error, ProblemError) else str(error)
            bad.append(BadEntry(where=str(path.relative_to(folder)), why=why))
    return shared, bad


def _clip(path: Path, shared: dict[tuple[Path, str], Marks]) -> Clip:
    transcript = reference_transcript(path)
    if transcript is not None:
        return Clip(path=path, text=transcript.text, words=transcript.words, turns=transcript.turns)
    plain = path.with_suffix(".txt")
    text = read_text(plain) if plain.is_file() else None
    grids = (path.with_suffix(suffix) for suffix in (".TextGrid", ".textgrid"))
    grid = next((each for each in grids if each.is_file()), None)
    marks = shared.get((path.parent, path.stem))
    if grid is not None:
        marks = _merged(marks, parse_textgrid(read_text(grid)))
    elif text is not None and is_audacity(text):
        marks, text = _merged(marks, parse_audacity(text)), None
    if marks is None:
        return Clip(path=path, text=None if text is None else " ".join(text.split()))
    return Clip(
        path=path,
        text=marks.text or (None if text is None else " ".join(text.split())) or None,
        words=tuple(marks.words),
        turns=tuple(marks.turns),
        ignore=tuple(marks.ignore),
    )


def _merged(first: Marks | None, second: Marks) -> Marks:
    """What two label files state of one recording: words of one and turns of the other, turns with text preferred."""
    if first is None:
        return second
    with_text = first if any(turn.text for turn in first.turns) or not second.turns else second
    return msgspec.structs.replace(
        first,
        turns=with_text.turns,
        words=first.words or second.words,
        ignore=first.ignore or second.ignore,
    )
