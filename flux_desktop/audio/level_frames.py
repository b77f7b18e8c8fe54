"""Levels of a part of a recording in short frames, for waveforms; reads block by block. Blocks: call it on a thread."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from flux_desktop.audio.recording import Recording

Levels = NDArray[np.float32]


def level_frames(recording: Recording, first: int, frames: int, per_s: int) -> tuple[Levels, Levels]:
    """The loudest sample and the root mean square of each of `per_s` frames a second; 1 is full scale.

    `first` and `frames` are samples of the recording. A last frame that is shorter counts. Raises `ProblemError`.
    """
    step = recording.sample_rate_hz / per_s
    peaks: list[Levels] = []
    means: list[Levels] = []
    rest = np.zeros(0, np.float32)
    read = done = 0
    for block in recording.blocks():
        part = block[max(0, first - read) : max(0, first + frames - read)]
        read += len(block)
        is_last = read >= first + frames
        rest = np.concatenate([rest, np.abs(part.astype(np.float32)) / 32768])
        # Edges are computed from the beginning, as a frame need not be a whole number of samples.
        begin = round(done * step)
        count = int((begin + len(rest)) / step) - done
        if is_last and round((done + count) * step) - begin < len(rest):
            count += 1
        if count > 0:
            edges = np.round(np.arange(done, done + count) * step).astype(int) - begin
            end = min(len(rest), round((done + count) * step) - begin)
            used = rest[:end]
            peaks.append(np.maximum.reduceat(used, edges))
            sizes = np.diff(np.append(edges, end))
            means.append(np.sqrt(np.add.reduceat(np.square(used), edges) / sizes))
            rest, done = rest[end:], done + count
        if is_last:
            break
    if not peaks:
        return np.zeros(0, np.float32), np.zeros(0, np.float32)
    return np.concatenate(peaks), np.concatenate(means)
