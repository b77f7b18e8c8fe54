"""The audio of one connection as one time line, put together from recordings and read ahead of its playing.

`read_ahead` runs on a thread that may block; `take` is called on the thread of the sound device and never does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np

from flux_desktop.audio.channels import Channel
from flux_desktop.audio.decoding import Samples
from flux_desktop.audio.recording import open_recording
from flux_desktop.base.problem import Problem, ProblemError

AHEAD_S = 3
"""Seconds that are read ahead."""


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a recording on the time line: from `from_s` of the file on, for `for_s`, at `at_s` of the line.

    With `repeats` the part is heard again and again, without a seam, up to `until_s`.
    """

    path: str
    at_s: float
    from_s: float = 0.0
    for_s: float | None = None
    """None is to the end of the file."""
    channel: Channel = "mix"
    repeats: bool = False
    until_s: float | None = None
    """Where on the time line it ends at the latest."""


class Tape:
    """Seconds of the time line by number, read once; places are samples at `sample_rate_hz`."""

    def __init__(self, sample_rate_hz: int) -> None:
        self.problem: Problem | None = None
        """Why the newest part that was to be read is silent."""
        self._rate_hz = sample_rate_hz
        self._segments: tuple[Segment, ...] = ()
        self._seconds: dict[int, Samples] = {}
        self._readers: dict[Segment, _SegmentReader] = {}

    def set_segments(self, segments: Sequence[Segment]) -> None:
        """Replace the segments; decoded seconds that have not changed stay."""
        changed = set(self._segments) ^ set(segments)
        self._segments = tuple(segments)
        for second in list(self._seconds):
            if any(_overlaps(segment, second) for segment in changed):
                self._seconds.pop(second, None)
        self._readers = {segment: each for segment, each in self._readers.items() if segment in segments}

    def read_ahead(self, place: int) -> bool:
        """Decode the next missing second from `place` on; whether one was missing."""
        now = place // self._rate_hz
        wanted = range(max(0, now), max(0, now + AHEAD_S + 1))
        for second in list(self._seconds):
            if second not in wanted and second != now - 1:  # the one before is still needed for a cross-fade
                self._seconds.pop(second, None)
        missing = next((second for second in wanted if second not in self._seconds), None)
        if missing is None:
            return False
        segments = self._segments
        read = self._read(missing, segments)
        if segments == self._segments:
            self._seconds[missing] = read
        return True

    def has(self, first: int, count: int) -> bool:
        """Whether this part of the line has been read; what is before its beginning is known to be silent."""
        seconds = range(first // self._rate_hz, (first + count - 1) // self._rate_hz + 1)
        return all(second < 0 or second in self._seconds for second in seconds)

    def take(self, first: int, count: int) -> Samples:
        """A part of the line; what has not been read is silent."""
        window = np.zeros(count, np.int16)
        for second in range(first // self._rate_hz, (first + count - 1) // self._rate_hz + 1):
            samples = self._seconds.get(second)
            if samples is not None:
                start = second * self._rate_hz
                begin, end = max(first, start), min(first + count, start + self._rate_hz)
                window[begin - first : end - first] = samples[begin - start : end - start]
        return window

    def _read(self, second: int, segments: Sequence[Segment]) -> Samples:
        whole = np.zeros(self._rate_hz, np.int16)
        start = second * self._rate_hz
        for segment in segments:
            if not _overlaps(segment, second):
                continue
            try:
                reader = self._readers.get(segment)
                if reader is None:
                    reader = self._readers[segment] = _SegmentReader(segment, self._rate_hz)
                reader.put_into(whole, start)
                self.problem = None
            except ProblemError as error:
                self.problem = error.problem
        return whole


def _overlaps(segment: Segment, second: int) -> bool:
    ends = [] if segment.until_s is None else [segment.until_s]
    if segment.for_s is not None and not segment.repeats:
        ends.append(segment.at_s + segment.for_s)
    return segment.at_s < second + 1 and all(second < end for end in ends)


class _SegmentReader:
    """Reads a segment; going on where the last part ended needs no seeking."""

    def __init__(self, segment: Segment, rate_hz: int) -> None:
        recording = self._recording = open_recording(Path(segment.path), segment.channel, rate_hz)
        self._at = round(segment.at_s * rate_hz)
        self._first = round(segment.from_s * rate_hz)
        left = max(0, recording.frames - self._first)
        self._count = left if segment.for_s is None else min(left, round(segment.for_s * rate_hz))
        self._repeats = segment.repeats and self._count > 0
        self._until = None if segment.until_s is None else round(segment.until_s * rate_hz)
        self._blocks: Iterator[Samples] | None = None
        self._rest = np.empty(0, np.int16)
        self._next = -1

    def put_into(self, target: Samples, start: int) -> None:
        """Add what is heard from place `start` on."""
        begin = max(start, self._at)
        end = start + len(target)
        if not self._repeats:
            end = min(end, self._at + self._count)
        if self._until is not None:
            end = min(end, self._until)
        while begin < end:
            offset = begin - self._at
            if self._repeats:
                offset %= self._count
            length = min(end - begin, self._count - offset)
            samples = self._samples(self._first + offset, length)
            if not len(samples):
                return
            target[begin - start : begin - start + len(samples)] = samples
            begin += len(samples)

    def _samples(self, first: int, count: int) -> Samples:
        if self._blocks is None or first != self._next:
            self._blocks, self._rest = self._recording.samples_from(first), np.empty(0, np.int16)
        while len(self._rest) < count and (block := next(self._blocks, None)) is not None:
            self._rest = np.concatenate([self._rest, block])
        samples, self._rest = self._rest[:count], self._rest[count:]
        self._next = first + len(samples)
        return samples
