"""LibriSpeech: ``SPEAKER-CHAPTER.trans.txt`` beside ``SPEAKER-CHAPTER-NUMBER.flac``."""

from __future__ import annotations

from pathlib import Path

from flux_desktop.datasets.clip import BadEntry, Clip, DataSet, lines, read_text

TRANSCRIPTS = "*.trans.txt"


def read_librispeech(folder: Path) -> DataSet:
    """The clips of all transcripts below a folder. Raises `ProblemError`."""
    clips, bad = [], []
    for path in sorted(folder.rglob(TRANSCRIPTS)):
        for number, line in lines(read_text(path)):
            name, _, text = line.partition(" ")
            speaker, _, rest = name.partition("-")
            if not rest or not text.strip() or "/" in name or "\\" in name:
                where = f"{path.relative_to(folder)}, line {number}"
                bad.append(BadEntry(where=where, why="It is not SPEAKER-CHAPTER-NUMBER and a text."))
                continue
            clips.append(
                Clip(
                    path=path.with_name(f"{name}.flac"),
                    text=text.strip(),
                    language="en",
                    speaker=speaker,
                    conversation=name.rpartition("-")[0],
                )
            )
    return DataSet(path=folder, format="LibriSpeech", clips=tuple(clips), bad=tuple(bad))
