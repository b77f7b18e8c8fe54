"""A data set as the window shows it: what it contains, how long it takes, and how its clips are dealt out. No Qt."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path

from flux_desktop.audio.channels import Channel
from flux_desktop.base.amounts import amount
from flux_desktop.base.resources import SAMPLE_DATA_SET
from flux_desktop.datasets.assignment import clip_order
from flux_desktop.datasets.clip import BadEntry, Clip, unusable
from flux_desktop.datasets.reader import MANIFEST, SAMPLE, read_data_set
from flux_desktop.datasets.usable import check_clips
from flux_desktop.engine.records.plan import DataSetSource, RunPlan

OWN, FRESH, SAME = "own", "fresh", "same"
ASSIGNMENTS = {
    OWN: "Different clips on each connection",
    FRESH: "A new connection for each clip",
    SAME: "The same clips on all connections",
}
"""How clips are dealt out, in words."""


def name_of(path: Path) -> str:
    """The name of a recording or a data set for the user: of a manifest with the usual name, that of its folder."""
    if str(path) == SAMPLE or path.as_posix().endswith(SAMPLE_DATA_SET):
        return "Sample data set"
    return path.parent.name if path.name == MANIFEST else path.name


def assignment_of(source: DataSetSource) -> str:
    """How the clips of a source are dealt out."""
    return FRESH if source.fresh_connection else SAME if source.at_once else OWN


@dataclass(frozen=True, slots=True, eq=False)
class DataSetShape:
    """The clips that can be sent, with the length of each in seconds (None: not known), and what is left out."""

    path: Path
    clips: tuple[Clip, ...]
    durations_s: tuple[float | None, ...]
    listed: int = 0
    """Clips with those that cannot be decoded: on fresh connections these have a connection too, which fails."""
    bad: tuple[BadEntry, ...] = ()
    channels: int = 1
    """The largest number that any recording has."""
    channel: Channel = "mix"
    columns: dict[str, str] | None = None
    """Headings of a table, where the user had to state them."""

    @property
    def name(self) -> str:
        """What it is called."""
        return name_of(self.path)

    @property
    def lengths_s(self) -> list[float] | None:
        """Lengths of all clips; None where one is not known."""
        known = [duration_s for duration_s in self.durations_s if duration_s is not None]
        return known if len(known) == len(self.clips) else None

    @property
    def total_s(self) -> float | None:
        """Length of all clips; None where one is not known."""
        return None if self.lengths_s is None else sum(self.lengths_s)

    def facts(self) -> str:
        """How many clips and minutes."""
        total_s = self.total_s
        return amount(len(self.clips), "clip") + ("" if total_s is None else f" · {total_s / 60:.1f} min")

    def contents(self) -> str:
        """What is known of the clips."""
        without = sum(clip.text is None for clip in self.clips)
        turns, holds = sum(len(clip.turns) for clip in self.clips), sum(len(clip.holds) for clip in self.clips)
        known = [amount(turns, "turn")] if turns else []
        known += [amount(holds, "hold")] if holds else []
        if without == len(self.clips):
            known.append("no reference text")
        elif without:
            known.append(f"{amount(without, 'clip')} without text")
        return " · ".join(known)

    def problems(self) -> str:
        """What is left out, in a few words; empty for nothing."""
        return f"{len(self.bad):,} of {len(self.bad) + len(self.clips):,} entries cannot be used" if self.bad else ""

    def source(self, assignment: str) -> DataSetSource:
        """The audio of a run."""
        return DataSetSource(
            path=str(self.path),
            channel=self.channel,
            columns=self.columns or {},
            at_once=assignment == SAME,
            fresh_connection=assignment == FRESH,
        )

    def pass_s(self, plan: RunPlan) -> float | None:
        """How long one pass of a plan takes, without opening and draining; None where a length is not known."""
        source = plan.source
        if self.total_s is None or not isinstance(source, DataSetSource):
            return None
        count = 1 if source.at_once else plan.held
        return _pass_s(self, count, source.seed, source.trailing_silence_s, in_turn=source.fresh_connection)


@lru_cache(maxsize=4)
def _pass_s(shape: DataSetShape, count: int, seed: int, silence_s: float, *, in_turn: bool) -> float:
    """With `in_turn` the connection that is free first takes the next clip; else each has its share."""
    clips = len(shape.clips)
    lengths_s = [(shape.durations_s[n] or 0.0) + silence_s for n in islice(clip_order(1, 1, clips, seed), clips)]
    if not in_turn:
        return max(sum(lengths_s[first::count]) for first in range(min(count, clips)))
    free_s = [0.0] * count
    for length_s in lengths_s:
        heapq.heapreplace(free_s, free_s[0] + length_s)
    return max(free_s)


def read_data_set_shape(path: Path, channel: Channel = "mix", columns: dict[str, str] | None = None) -> DataSetShape:
    """Read a data set and its recordings, as far as a few seconds allow; for a thread. Raises `ProblemError`."""
    data_set = read_data_set(path, columns)
    checked = check_clips(data_set.clips, channel)
    clips, durations_s, channels = [], [], 1
    for number, clip in enumerate(data_set.clips):
        if number in checked.bad:
            continue
        one = checked.usable.get(number)  # none where there are too many to open
        clips.append(clip)
        durations_s.append(clip.duration_s if one is None else one.duration_s)
        channels = max(channels, 1 if one is None else one.recording.channels)
    bad = (*data_set.bad, *checked.bad.values())
    if not clips:
        raise unusable(data_set.path, f"None of its recordings can be decoded. {bad[0].where}: {bad[0].why}")
    lengths_s, listed = tuple(durations_s), len(data_set.clips)
    return DataSetShape(data_set.path, tuple(clips), lengths_s, listed, bad, channels, channel, columns)
