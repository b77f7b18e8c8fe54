"""Conversations of TurnBench: two channels of one conversation, each annotated by three people.

Two forms are read. A folder has a folder for each conversation with ``speaker_1_audio.wav``,
``speaker_2_audio.wav`` and ``speaker_N_annotation_{a,b,c}.srt``, whose texts begin with a label in brackets. JSON Lines
have the columns of the published rows: ``conversation_id``, ``speaker_N_audio`` (a path, or {"path": …}) and
``speaker_N_annotation_{a,b,c}``, each a list of {start_s, end_s, label, text}.

A turn counts where all three annotators mark one whose start and end agree within 0.2 s; its times are the medians.
Every other annotation of a turn is to be ignored, as the benchmark does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import median

import msgspec
from msgspec import Struct

from flux_desktop.audio.words import SpokenTurn
from flux_desktop.datasets.clip import BadEntry, Clip, DataSet, Span, lines, read_text
from flux_desktop.datasets.marks import MarksError, seconds

MARK = '"speaker_1_annotation_a"'
AGREEMENT_S = 0.2
ANNOTATORS = "abc"
_SPEAKERS = (1, 2)
_FIRST_TRACK = "speaker_1_annotation_a.srt"
_CUE = re.compile(r"(\d+):(\d\d):(\d\d)[,.](\d{1,3})\s*-->\s*(\d+):(\d\d):(\d\d)[,.](\d{1,3})")
_LABEL = re.compile(r"\[([^\]]*)\]\s*(.*)", re.DOTALL)


class Annotation(Struct, frozen=True, kw_only=True):
    """What one annotator marks."""

    start_s: float
    end_s: float
    label: str = ""
    text: str = ""

    @property
    def is_turn(self) -> bool:
        """Whether it is a turn: ``turn``, or a finer label that begins so."""
        return self.label.strip("[] ").lower().startswith("turn")


class _Audio(Struct):
    path: str


_Row = dict[str, msgspec.Raw]


def is_turn_bench(text: str) -> bool:
    """Whether the first row is one of this layout."""
    return MARK in text.partition("\n")[0]


def is_turn_bench_folder(path: Path) -> bool:
    """Whether a folder holds conversations of this layout."""
    return next(path.glob(f"*/{_FIRST_TRACK}"), None) is not None


def read_turn_bench(path: Path) -> DataSet:
    """The clips of a folder or of JSON Lines, one for each speaker. Raises `ProblemError`."""
    clips: list[Clip] = []
    bad: list[BadEntry] = []
    sources: list[tuple[str, Callable[[], list[Clip]]]]
    if path.is_dir():
        folders = [each for each in sorted(path.iterdir()) if (each / _FIRST_TRACK).is_file()]
        sources = [(folder.name, partial(_from_folder, folder)) for folder in folders]
    else:
        rows = lines(read_text(path))
        sources = [(f"line {number}", partial(_from_row, line, path.parent)) for number, line in rows]
    for where, reader in sources:
        try:
            clips += reader()
        except (msgspec.DecodeError, RecursionError, KeyError, MarksError) as error:
            why = f"The column {error} is missing." if isinstance(error, KeyError) else f"{str(error).rstrip('.')}."
            bad.append(BadEntry(where=where, why=why))
    return DataSet(path=path, format="TurnBench", clips=tuple(clips), bad=tuple(bad))


def parse_srt(text: str) -> list[Annotation]:
    """The cues of one annotator: times, a label in brackets, and the text. Raises `MarksError`."""
    annotations = []
    for block in re.split(r"\n\s*\n", text.strip()):
        match = _CUE.search(block)
        if match is None:
            raise MarksError(f"“{block.strip()[:40]}” has no times such as 00:00:01,500 --> 00:00:02,000.")
        label, words = "", block[match.end() :].strip()
        if labelled := _LABEL.match(words):
            label, words = labelled[1], labelled[2]
        times = [_srt_seconds(match.groups()[place : place + 4]) for place in (0, 4)]
        annotations.append(Annotation(start_s=times[0], end_s=times[1], label=label, text=" ".join(words.split())))
    return annotations


def agreed(tracks: Sequence[Sequence[Annotation]]) -> tuple[list[SpokenTurn], list[Span]]:
    """The turns that all annotators mark alike, and the stretches of those that they do not."""
    turns: list[SpokenTurn] = []
    used: set[int] = set()
    first, *others = [[each for each in track if each.is_turn] for track in tracks]
    for candidate in first:
        partners = [next((each for each in other if _agree(candidate, each)), None) for other in others]
        group = [candidate, *(each for each in partners if each is not None)]
        if len(group) == len(tracks) and all(_agree(one, other) for one in group for other in group):
            used.update(id(each) for each in group)
            turns.append(
                SpokenTurn(
                    text=candidate.text,
                    start_s=median(each.start_s for each in group),
                    end_s=median(each.end_s for each in group),
                )
            )
    left = [each for track in tracks for each in track if each.is_turn and id(each) not in used]
    ignore = [Span(start_s=each.start_s, end_s=each.end_s) for each in left]
    return sorted(turns, key=lambda turn: turn.start_s), sorted(ignore, key=lambda span: (span.start_s, span.end_s))


def _agree(one: Annotation, other: Annotation) -> bool:
    return abs(one.start_s - other.start_s) <= AGREEMENT_S + 1e-9 and abs(one.end_s - other.end_s) <= AGREEMENT_S + 1e-9


def _from_folder(folder: Path) -> list[Clip]:
    return [
        _clip(
            folder / f"speaker_{speaker}_audio.wav",
            folder.name,
            speaker,
            [
                parse_srt(read_text(path))
                for name in ANNOTATORS
                if (path := folder / f"speaker_{speaker}_annotation_{name}.srt").is_file()
            ],
        )
        for speaker in _SPEAKERS
    ]


def _from_row(line: str, folder: Path) -> list[Clip]:
    row = msgspec.json.decode(line, type=_Row)
    conversation = msgspec.json.decode(row["conversation_id"], type=str | int)
    clips = []
    for speaker in _SPEAKERS:
        audio = msgspec.json.decode(row[f"speaker_{speaker}_audio"], type=str | _Audio)
        tracks = [
            msgspec.json.decode(row[f"speaker_{speaker}_annotation_{name}"], type=list[Annotation])
            for name in ANNOTATORS
        ]
        path = folder / (audio if isinstance(audio, str) else audio.path)
        clips.append(_clip(path, str(conversation), speaker, tracks))
    return clips


def _clip(path: Path, conversation: str, speaker: int, tracks: Sequence[Sequence[Annotation]]) -> Clip:
    turns, ignore = agreed(tracks) if tracks else ([], [])
    return Clip(
        path=path,
        text=" ".join(turn.text for turn in turns) or None,
        turns=tuple(turns),
        ignore=tuple(ignore),
        speaker=f"speaker {speaker}",
        conversation=conversation,
    )


def _srt_seconds(parts: Sequence[str]) -> float:
    hours, minutes, whole, fraction = parts
    return seconds(str(int(hours) * 3600 + int(minutes) * 60 + int(whole) + int(fraction.ljust(3, "0")) / 1000))
