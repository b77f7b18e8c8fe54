"""Kaldi directories: ``wav.scp`` with the files, and ``text``, ``segments`` and ``utt2spk`` where they exist.

An entry of ``wav.scp`` that ends in a pipe is a shell command. It is refused and never run.
"""

from __future__ import annotations

from pathlib import Path

from flux_desktop.datasets.clip import BadEntry, Clip, DataSet, lines, read_text

SCRIPT = "wav.scp"


def read_kaldi(folder: Path) -> DataSet:
    """The clips of a directory: its segments, else its whole recordings. Raises `ProblemError`."""
    files, bad = _files(folder)
    texts, speakers = _pairs(folder / "text"), _pairs(folder / "utt2spk")
    clips = []
    if (folder / "segments").is_file():
        for number, line in lines(read_text(folder / "segments")):
            where = f"segments, line {number}"
            try:
                name, recording, start_s, end_s = line.split()
                start, end = float(start_s), float(end_s)
            except ValueError:
                bad.append(BadEntry(where=where, why="It is not ID RECORDING START END."))
                continue
            if recording in files:
                clips.append(_clip(files[recording], name, texts, speakers, start, end))
            else:
                bad.append(BadEntry(where=where, why=f"No usable entry of {SCRIPT} is named {recording}."))
    else:
        clips = [_clip(path, name, texts, speakers) for name, path in files.items()]
    return DataSet(path=folder, format="Kaldi", clips=tuple(clips), bad=tuple(bad))


def _files(folder: Path) -> tuple[dict[str, Path], list[BadEntry]]:
    files, bad = {}, []
    for number, line in lines(read_text(folder / SCRIPT)):
        name, _, entry = line.strip().partition(" ")
        where, entry = f"{SCRIPT}, line {number}", entry.strip()
        if entry.endswith("|"):
            why = "It is a shell command, which is not run. Save its output as an audio file, and name that file."
            bad.append(BadEntry(where=where, why=why))
        elif not entry:
            bad.append(BadEntry(where=where, why="It names no audio file."))
        else:
            files[name] = folder / entry
    return files, bad


def _pairs(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    return {name: rest.strip() for _, line in lines(read_text(path)) for name, _, rest in [line.partition(" ")]}


def _clip(
    path: Path,
    name: str,
    texts: dict[str, str],
    speakers: dict[str, str],
    start_s: float = 0.0,
    end_s: float | None = None,
) -> Clip:
    return Clip(
        path=path,
        offset_s=start_s,
        duration_s=None if end_s is None or end_s < 0 else end_s - start_s,
        text=texts.get(name),
        speaker=speakers.get(name),
    )
