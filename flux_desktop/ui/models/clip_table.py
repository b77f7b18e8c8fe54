"""The clips of a data set as rows of plain words: for the list in which they are inspected."""

from __future__ import annotations

from flux_desktop.datasets.clip import Clip
from flux_desktop.ui.models.data_set import DataSetShape

HEADINGS = ("Clip", "Length", "Turns", "Holds", "Text")
TEXT_COLUMN = HEADINGS.index("Text")


def row(shape: DataSetShape, index: int) -> tuple[str, ...]:
    """The words of one clip, by `HEADINGS`."""
    clip, duration_s = shape.clips[index], shape.durations_s[index]
    return (
        clip_name(clip),
        "" if duration_s is None else f"{duration_s:.1f} s",
        str(len(clip.turns) or ""),
        str(len(clip.holds) or ""),
        (clip.text or "").replace("\n", " "),
    )


def clip_name(clip: Clip) -> str:
    """The file's name, with the place in it where the clip is a part."""
    return clip.path.name + (f" from {clip.offset_s:g} s" if clip.offset_s else "")


def matching(shape: DataSetShape, words: str) -> list[int]:
    """Indices of the clips whose name or text contains the words; all of them without words."""
    wanted = words.casefold().strip()
    return [
        index
        for index, clip in enumerate(shape.clips)
        if not wanted or wanted in clip_name(clip).casefold() or wanted in (clip.text or "").casefold()
    ]


def details(clip: Clip) -> str:
    """What else is stated of a clip, in one line."""
    stated = (
        ("speaker", clip.speaker),
        ("conversation", clip.conversation),
        ("language", clip.language),
        ("channel", clip.channel),
        ("keyterms", ", ".join(clip.keyterms)),
    )
    return " · ".join(f"{name} {value}" for name, value in stated if value)
