"""NeMo JSONL manifests, with further fields for turns: read and written.

One JSON object a line: ``audio_filepath``, ``duration``, ``offset``, ``text``, ``lang`` as NeMo has them, and
``words``, ``turns``, ``holds``, ``ignore``, ``channel``, ``language``, ``keyterms``, ``speaker``, ``conversation``,
``sha256``. Paths are relative to the manifest.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import msgspec

from flux_desktop.audio.channels import Channel
from flux_desktop.audio.words import ReferenceWord, SpokenTurn
from flux_desktop.datasets.clip import BadEntry, Clip, DataSet, Span, lines, read_text


class _Row(msgspec.Struct, kw_only=True, omit_defaults=True):
    audio_filepath: str
    duration: float | None = None
    offset: float = 0.0
    text: str | None = None
    lang: str | None = None
    language: str | None = None
    words: tuple[ReferenceWord, ...] = ()
    turns: tuple[SpokenTurn, ...] = ()
    holds: tuple[Span, ...] = ()
    ignore: tuple[Span, ...] = ()
    channel: Channel | None = None
    keyterms: tuple[str, ...] = ()
    speaker: str | int | None = None
    conversation: str | int | None = None
    sha256: str | None = None


_DECODER = msgspec.json.Decoder(_Row)
_KEYS = msgspec.json.Decoder(dict[str, msgspec.Raw])


def read_manifest(path: Path) -> DataSet:
    """The clips of a manifest; lines that are no such objects are bad entries. Raises `ProblemError`."""
    clips, bad, keys = [], [], Counter[str]()
    for number, line in lines(read_text(path)):
        try:
            row = _DECODER.decode(line)
        except (msgspec.DecodeError, RecursionError) as error:
            bad.append(BadEntry(where=f"line {number}", why=f"{error}."))
            continue
        clips.append(_clip(row, path.parent))
        keys.update(_KEYS.decode(line).keys())
    unused = {key: number for key, number in keys.items() if key not in _Row.__struct_fields__}
    return DataSet(path=path, format="NeMo JSONL", clips=tuple(clips), bad=tuple(bad), unused=unused)


def manifest(clips: Iterable[Clip], folder: Path) -> str:
    """The manifest of clips, to be saved in `folder`: paths below it are relative."""
    return "".join(f"{msgspec.json.encode(_row(clip, folder)).decode()}\n" for clip in clips)


def _clip(row: _Row, folder: Path) -> Clip:
    return Clip(
        path=folder / row.audio_filepath,
        offset_s=row.offset,
        duration_s=row.duration,
        text=row.text,
        words=row.words,
        turns=row.turns,
        holds=row.holds,
        ignore=row.ignore,
        channel=row.channel,
        language=row.language or row.lang,
        keyterms=row.keyterms,
        speaker=None if row.speaker is None else str(row.speaker),
        conversation=None if row.conversation is None else str(row.conversation),
        sha256=row.sha256,
    )


def _row(clip: Clip, folder: Path) -> _Row:
    path = Path(os.path.abspath(clip.path))
    folder = Path(os.path.abspath(folder))
    return _Row(
        audio_filepath=path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path),
        duration=clip.duration_s,
        offset=clip.offset_s,
        text=clip.text,
        language=clip.language,
        words=clip.words,
        turns=clip.turns,
        holds=clip.holds,
        ignore=clip.ignore,
        channel=clip.channel,
        keyterms=clip.keyterms,
        speaker=clip.speaker,
        conversation=clip.conversation,
        sha256=clip.sha256,
    )
