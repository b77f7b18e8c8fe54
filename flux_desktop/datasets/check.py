"""What a data set contains, counted: its clips are decoded one after another. Blocks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import cache

import msgspec
import numpy as np

from flux_desktop.audio.intact import check_intact, samples_to_decode
from flux_desktop.audio.recording import Recording
from flux_desktop.audio.source_file import file_sha256
from flux_desktop.base.problem import ProblemError
from flux_desktop.datasets.clip import BadEntry, Clip, DataSet
from flux_desktop.datasets.usable import bad_entry, usable_clip

_FULL_SCALE = 32_767
_CLIPPED_RUN = 3
"""So many samples at full scale in a row are clipping; a single one may be the true peak."""


class CheckResult(msgspec.Struct, kw_only=True):
    """Figures of a data set; rates and channels are those of the files, by number of clips."""

    schema: int = 1
    format: str
    clips: int = 0
    seconds: float = 0.0
    """Of one pass over all clips, which is what a run is charged for."""
    sample_rates_hz: Counter[int] = msgspec.field(default_factory=Counter)
    channels: Counter[int] = msgspec.field(default_factory=Counter)
    clipped: list[str] = msgspec.field(default_factory=list)
    without_text: int = 0
    turns: int = 0
    holds: int = 0
    bad: list[BadEntry] = msgspec.field(default_factory=list)
    unused: dict[str, int] = {}
    """Keys of a manifest that are not used, with the number of their clips."""


def check(data_set: DataSet, on_clip: Callable[[int], None] = lambda _: None) -> CheckResult:
    """Decode every clip; one that cannot be decoded is a bad entry. `on_clip` is called with the number done."""
    result = CheckResult(format=data_set.format, bad=list(data_set.bad), unused=data_set.unused)
    clipped_at = cache(_clipped_at)  # many clips may be parts of one recording
    for number, clip in enumerate(data_set.clips, 1):
        try:
            _add(result, clip, clipped_at)
        except ProblemError as error:
            result.bad.append(bad_entry(clip, error.problem))
        on_clip(number)
    return result


def _add(result: CheckResult, clip: Clip, clipped_at: Callable[[Recording], np.ndarray]) -> None:
    if clip.sha256 is not None and clip.sha256.lower() != file_sha256(clip.path):
        why = "Its content differs from what the data set states: the SHA-256 is another one."
        result.bad.append(BadEntry(where=str(clip.path), why=why))
        return
    usable = usable_clip(clip, "mix")
    recording = usable.recording
    check_intact(recording, samples_to_decode(recording))
    last_frame = usable.first_frame + usable.frames - _CLIPPED_RUN
    first_clipped, end_clipped = np.searchsorted(clipped_at(recording), [usable.first_frame, last_frame + 1])
    result.clips += 1
    result.seconds += usable.duration_s
    result.sample_rates_hz[recording.file_rate_hz] += 1
    result.channels[recording.channels] += 1
    result.without_text += not clip.text
    result.turns += len(clip.turns)
    result.holds += len(clip.holds)
    if first_clipped < end_clipped:
        result.clipped.append(str(clip.path))


def _clipped_at(recording: Recording) -> np.ndarray:
    """Where runs of clipped samples begin. Decodes the recording."""
    starts = [np.empty(0, np.int64)]
    position = 0
    for samples in recording.blocks():
        full = np.abs(samples.astype(np.int32)) >= _FULL_SCALE
        run = full
        for _ in range(_CLIPPED_RUN - 1):
            run = run[:-1] & full[len(full) - len(run) + 1 :]
        starts.append(np.flatnonzero(run) + position)
        position += len(samples)
    return np.concatenate(starts)
