"""Reads a data set of any format: what a path is, is seen by its name and its content."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from flux_desktop.audio.decoding import SUFFIXES, UNSUPPORTED_SUFFIXES
from flux_desktop.audio.source_file import path_problem
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.base.resources import SAMPLE_DATA_SET, resource_path
from flux_desktop.datasets.clip import BadEntry, Clip, DataSet, impossible_times, unusable
from flux_desktop.datasets.eot_bench import is_eot_bench, read_eot_bench
from flux_desktop.datasets.folder import read_folder, single_clip
from flux_desktop.datasets.kaldi import SCRIPT, read_kaldi
from flux_desktop.datasets.librispeech import TRANSCRIPTS, read_librispeech
from flux_desktop.datasets.marks import MarksError
from flux_desktop.datasets.nemo import read_manifest
from flux_desktop.datasets.table import UnclearColumnsError, read_table
from flux_desktop.datasets.turn_bench import is_turn_bench, is_turn_bench_folder, read_turn_bench

MANIFEST_SUFFIXES = (".jsonl", ".json", ".ndjson")
TABLE_SUFFIXES = (".csv", ".tsv")
MANIFEST = "manifest.jsonl"
COMMON_VOICE = "validated.tsv"
"""In a folder of Common Voice: all clips that its listeners have agreed on, of which other tables are parts."""
_FIRST_LINE_MAX_BYTES = 1 << 20
_NAMES_SHOWN = 5
_ELSEWHERE = "move {} to another folder"
SAMPLE = "sample"
"""What the user writes instead of a path for the bundled data set."""


def data_set_path(text: str) -> Path:
    """The path that is meant. Raises `ProblemError` for none, and where the installation lacks the bundled data set."""
    if not text:
        raise ProblemError(
            Problem(code="data_unusable", what="The name of the data set is empty.", todo="Give a path.")
        )
    if text != SAMPLE:
        return Path(text).resolve()
    try:
        return resource_path(SAMPLE_DATA_SET)
    except FileNotFoundError as error:
        raise ProblemError(Problem(code="sample_missing", what=str(error))) from None


def is_data_set(path: Path) -> bool:
    """Whether a path is a folder, a manifest or a table, and not a single recording."""
    return path.name.lower().endswith((*MANIFEST_SUFFIXES, *TABLE_SUFFIXES)) or path.is_dir()


def read_data_set(path: str | Path, columns: Mapping[str, str] | None = None) -> DataSet:
    """The clips of a folder, a manifest, a table or one recording. Blocks; reads no audio.

    `columns` states the headings of a table. Entries whose audio is missing are bad ones. Raises `ProblemError`
    ``data_unusable`` where nothing can be used.
    """
    path = Path(path)
    try:
        data_set = _read(path, columns)
    except OSError as error:
        raise unusable(path, f"{error.strerror or error}.", "Check the path and its permissions.") from error
    except MarksError as error:
        raise unusable(path, str(error)) from error
    data_set = _with_possible_clips(data_set)
    if not data_set.clips:
        first = f" {data_set.bad[0].where}: {data_set.bad[0].why}" if data_set.bad else ""
        raise unusable(path, f"It has no clip that can be streamed.{first}")
    return data_set


def _read(path: Path, columns: Mapping[str, str] | None) -> DataSet:
    name = path.name.lower()
    if path.is_dir():
        if (path / SCRIPT).is_file():
            return read_kaldi(path)
        if (path / MANIFEST).is_file():
            return _read_json_lines(path / MANIFEST)
        if (path / COMMON_VOICE).is_file():
            return read_table(path / COMMON_VOICE, columns)
        if is_turn_bench_folder(path):
            return read_turn_bench(path)
        if next(path.rglob(TRANSCRIPTS), None) is not None:
            return read_librispeech(path)
        return _read_recordings(path, columns)
    if not path.exists():
        raise unusable(path, "There is no such file or folder.", "Check the path.")
    if name.endswith(MANIFEST_SUFFIXES):
        return _read_json_lines(path)
    if name.endswith(TABLE_SUFFIXES):
        return read_table(path, columns)
    if name.endswith((*SUFFIXES, *UNSUPPORTED_SUFFIXES)):  # opening the latter states how to convert it
        return DataSet(path=path, format="recording", clips=(single_clip(path),))
    known = ", ".join((*MANIFEST_SUFFIXES, *TABLE_SUFFIXES))
    raise unusable(path, f"It is neither a folder, nor an audio file, nor one that ends in {known}.")


def _read_recordings(folder: Path, columns: Mapping[str, str] | None) -> DataSet:
    """The recordings of a folder; where none has a text beside it, those of its only manifest or table."""
    data_set = read_folder(folder)
    if any(clip.text for clip in data_set.clips):
        return data_set
    stated = sorted(path for path in folder.iterdir() if _may_state_clips(path))
    if not stated:
        return data_set
    if len(stated) > 1:
        names = ", ".join(path.name for path in stated[:_NAMES_SHOWN]) + (", …" if stated[_NAMES_SHOWN:] else "")
        raise unusable(
            folder,
            f"It has several manifests or tables: {names}.",
            f"Give one of them, not the folder. To use all recordings without texts, {_ELSEWHERE.format('them')}.",
        )
    try:
        return _read(stated[0], columns)
    except UnclearColumnsError as error:
        todo = f"{error.problem.todo}; or, to use all recordings without texts, {_ELSEWHERE.format(stated[0].name)}."
        problem = msgspec.structs.replace(error.problem, todo=todo)
        raise UnclearColumnsError(problem, error.table, error.headings) from None


def _may_state_clips(path: Path) -> bool:
    name = path.name.lower()
    if name.startswith(".") or not name.endswith((*MANIFEST_SUFFIXES, *TABLE_SUFFIXES)) or not path.is_file():
        return False
    if name.endswith(TABLE_SUFFIXES):
        return True
    first = _first_line(path)  # others are no manifests, such as what is recorded of an account
    key = '"audio_filepath"' if name.endswith(".json") else '"audio'
    return key in first or is_eot_bench(first) or is_turn_bench(first)


def _first_line(path: Path) -> str:
    with path.open("rb") as file:
        return file.readline(_FIRST_LINE_MAX_BYTES).decode("utf-8", "replace")


def _read_json_lines(path: Path) -> DataSet:
    """A manifest, or the rows of a published data set, by the columns of the first one."""
    first = _first_line(path)
    if is_eot_bench(first):
        return read_eot_bench(path)
    return read_turn_bench(path) if is_turn_bench(first) else read_manifest(path)


def _with_possible_clips(data_set: DataSet) -> DataSet:
    """The data set with clips whose audio is missing, or whose times cannot be, among the bad entries."""
    clips: list[Clip] = []
    bad = list(data_set.bad)
    for clip in data_set.clips:
        if (problem := path_problem(clip.path)) is not None:
            is_absent = problem.code == "audio_not_found"  # its path is stated already
            why = "The audio file does not exist." if is_absent else f"{problem.what} {problem.why}".strip()
            bad.append(BadEntry(where=str(clip.path), why=why))
        elif why := impossible_times(clip):
            bad.append(BadEntry(where=str(clip.path), why=why))
        else:
            clips.append(clip)
    return msgspec.structs.replace(data_set, clips=tuple(clips), bad=tuple(bad))
