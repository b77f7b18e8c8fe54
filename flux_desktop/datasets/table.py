"""CSV and TSV tables with a heading line, those of Common Voice among them; the columns are guessed by their names."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Mapping
from pathlib import Path

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.datasets.clip import BadEntry, Clip, DataSet, read_text, unusable

_NAMES = {
    "audio": ("audio", "path", "file", "filename", "file_name", "audio_filepath", "audio_path", "wav", "clip"),
    "text": ("text", "transcript", "transcription", "sentence", "reference"),
    "language": ("language", "lang", "locale"),
    "speaker": ("speaker", "speaker_id", "client_id"),
    "conversation": ("conversation", "conversation_id", "session"),
    "duration": ("duration", "duration_s"),
    "offset": ("offset", "offset_s"),
}
"""By field of a clip, the headings that stand for it."""
_REQUIRED = ("audio", "text")
_HEADINGS_SHOWN_CHARS = 200
_END = "\x00end"
"""A line after the last one, which stands by itself unless a quotation mark is still open."""
_QUOTED_TAB = "With tabs between cells they are part of the text: leave them out, or save the table with commas."
_FIELD_CHARS_MAX = 10_000_000


class UnclearColumnsError(ProblemError):
    """It is not clear which columns of a table have audio and text: the user has to say."""

    def __init__(self, problem: Problem, table: str, headings: tuple[str, ...]) -> None:
        super().__init__(problem)
        self.table, self.headings = table, headings


def parse_columns(text: str) -> dict[str, str]:
    """What ``--columns audio=NAME,text=NAME`` states. Raises `ValueError` with a sentence."""
    columns = {}
    for part in text.split(","):
        field, equals, name = (piece.strip() for piece in part.partition("="))
        if not equals or not name or field not in _NAMES:
            raise ValueError(f"“{part}” is not FIELD=HEADING with a field of: {', '.join(_NAMES)}.")
        columns[field] = name
    return columns


def read_table(path: Path, columns: Mapping[str, str] | None = None) -> DataSet:
    """The clips of a table. Raises `UnclearColumnsError`, and `ProblemError` for what is no table."""
    text = read_text(path)
    heading = text.partition("\n")[0]
    tab = path.suffix.lower() == ".tsv" or "\t" in heading
    delimiter = "\t" if tab else ";" if heading.count(";") > heading.count(",") else ","
    csv.field_size_limit(_FIELD_CHARS_MAX)
    # In tab-separated tables a quotation mark is part of the text.
    lines = io.StringIO(f"{text.rstrip()}\n{_END}\n", newline="\n")
    reader = csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE if tab else csv.QUOTE_MINIMAL)
    rows, first_line = [], 1
    try:
        for row in reader:
            rows.append((first_line, row))
            first_line = reader.line_num + 1
    except csv.Error as error:
        raise unusable(path, f"Line {reader.line_num}: {error}.") from error
    last_line, last_row = rows.pop()
    if last_row != [_END]:
        why = f"Line {last_line}: a quotation mark is not closed, so that all that follows would belong to it."
        raise unusable(path, why, "Close it, or write it twice.")
    rows = [(number, row) for number, row in rows if any(row)]
    if not rows:
        raise unusable(path, "It is empty.")
    names = [name.strip() for name in rows[0][1]]
    if tab and names[0].startswith('"'):
        raise unusable(path, f"Its headings are in quotation marks. {_QUOTED_TAB}")
    places = _places(path, names, columns or {})
    beside, in_clips = _names_in(path.parent), _names_in(path.parent / "clips")
    clips, bad = [], []
    for number, row in rows[1:]:
        if any(row[len(names) :]):
            todo = "Replace tabs in its text." if tab else f"Put a text with “{delimiter}” in quotation marks."
            why = f"It has more cells than the heading line. {todo}"
            bad.append(BadEntry(where=f"line {number}", why=why))
            continue
        values = {field: row[place].strip() for field, place in places.items() if place < len(row)}
        try:
            if tab and values.get("audio", "").startswith('"') and values["audio"] not in beside:
                raise ValueError(f"The name of its audio file is in quotation marks. {_QUOTED_TAB}")
            clips.append(_clip(values, path.parent, beside, in_clips))
        except ValueError as error:
            bad.append(BadEntry(where=f"line {number}", why=str(error)))
    return DataSet(path=path, format="table", clips=tuple(clips), bad=tuple(bad))


def _places(path: Path, names: list[str], columns: Mapping[str, str]) -> dict[str, int]:
    places = {}
    for field, usual in _NAMES.items():
        if field in columns:
            if columns[field] not in names:
                why = f"It has no column “{columns[field]}”; its headings are: {_listed(names)}."
                raise _unclear(path, names, why, "")
            places[field] = names.index(columns[field])
            continue
        matches = [place for place, name in enumerate(names) if name.lower() in usual]
        if len(matches) > 1 and field in _REQUIRED:
            listed = " and ".join(names[place] for place in matches)
            todo = f"State which one: --columns {field}={names[matches[0]]}"
            raise _unclear(path, names, f"More than one column may have the {field}: {listed}.", todo)
        if matches:
            places[field] = matches[0]
    if "audio" not in places:
        why = f"No column has the audio files; its headings are: {_listed(names)}."
        raise _unclear(path, names, why, "State it: --columns audio=HEADING,text=HEADING")
    return places


def _listed(names: list[str]) -> str:
    text = ", ".join(names)
    return text if len(text) <= _HEADINGS_SHOWN_CHARS else f"{text[:_HEADINGS_SHOWN_CHARS]}…"


def _unclear(path: Path, names: list[str], why: str, todo: str) -> UnclearColumnsError:
    return UnclearColumnsError(unusable(path, why, todo).problem, path.name, tuple(names))


def _names_in(folder: Path) -> frozenset[str]:
    """The names in a folder, read once for all rows; none where it is missing."""
    try:
        return frozenset(os.listdir(folder))
    except OSError:
        return frozenset()


def _clip(values: dict[str, str], folder: Path, beside: frozenset[str], in_clips: frozenset[str]) -> Clip:
    if not values.get("audio"):
        raise ValueError("It names no audio file.")
    return Clip(
        path=_audio_path(folder, values["audio"], beside, in_clips),
        offset_s=_seconds(values.get("offset")) or 0.0,
        duration_s=_seconds(values.get("duration")),
        text=values.get("text"),
        language=values.get("language") or None,
        speaker=values.get("speaker") or None,
        conversation=values.get("conversation") or None,
    )


def _audio_path(folder: Path, name: str, beside: frozenset[str], in_clips: frozenset[str]) -> Path:
    """As stated; Common Voice keeps its files in ``clips`` beside the table, and early versions omit ``.mp3``."""
    if "/" in name or name in beside:
        return folder / name
    clip = name if Path(name).suffix else f"{name}.mp3"
    return folder / "clips" / clip if clip in in_clips else folder / name


def _seconds(text: str | None) -> float | None:
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"“{text}” is not a number of seconds.") from None
