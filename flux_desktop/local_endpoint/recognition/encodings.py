"""Raw stream audio of any accepted encoding and rate, cut into 80 ms frames and turned into 16-bit samples."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from flux_desktop.local_endpoint.recognition.turn_taking import FRAME_S

Samples = NDArray[np.int16]
RECOGNISER_RATE_HZ = 16_000
BYTES_PER_SAMPLE = {"linear16": 2, "mulaw": 1, "alaw": 1}


def _mulaw_table() -> Samples:
    code = ~np.arange(256, dtype=np.int32) & 0xFF
    magnitude = (((code & 0x0F) << 3) + 0x84) << ((code & 0x70) >> 4)
    return np.where(code & 0x80, 0x84 - magnitude, magnitude - 0x84).astype(np.int16)


def _alaw_table() -> Samples:
    code = np.arange(256, dtype=np.int32) ^ 0x55
    segment, magnitude = (code & 0x70) >> 4, (code & 0x0F) << 4
    magnitude = np.where(segment == 0, magnitude + 8, (magnitude + 0x108) << np.maximum(segment - 1, 0))
    return np.where(code & 0x80, magnitude, -magnitude).astype(np.int16)


class Framer:
    """Cuts received bytes into whole frames of 80 ms, whatever the pieces they came in."""

    def __init__(self, encoding: str, sample_rate_hz: int) -> None:
        self.sample_bytes = BYTES_PER_SAMPLE[encoding]
        self.sample_rate_hz = sample_rate_hz
        self.frame_bytes = round(sample_rate_hz * FRAME_S) * self.sample_bytes
        self.rest = b""
        """Received bytes of a frame that is not complete."""

    def feed(self, data: bytes) -> list[bytes]:
        """The frames that `data` completes."""
        if not self.rest and len(data) == self.frame_bytes:
            return [data]
        buffer = self.rest + data
        count = len(buffer) // self.frame_bytes
        self.rest = buffer[count * self.frame_bytes :]
        return [buffer[i * self.frame_bytes : (i + 1) * self.frame_bytes] for i in range(count)]

    def finish(self) -> bytes:
        """What is left of an incomplete frame, in whole samples."""
        rest, self.rest = self.rest, b""
        return rest[: len(rest) - len(rest) % self.sample_bytes]


class Decoder:
    """Turns one frame of stream bytes into samples; one per stream, as resampling remembers the last one."""

    def __init__(self, encoding: str, sample_rate_hz: int) -> None:
        tables = {"mulaw": _mulaw_table, "alaw": _alaw_table}
        self._table = tables[encoding]() if encoding in tables else None
        self._rate_hz = sample_rate_hz
        self._tail = np.zeros(1, dtype=np.float32)

    def samples(self, data: bytes) -> Samples:
        """16-bit samples at the stream's own rate."""
        if self._table is None:
            return np.frombuffer(data, dtype="<i2")
        return self._table[np.frombuffer(data, dtype=np.uint8)]

    def for_recogniser(self, samples: Samples) -> bytes:
        """The same audio as 16 kHz linear16 bytes: averaged and interpolated, enough for recognition."""
        if self._rate_hz == RECOGNISER_RATE_HZ:
            return samples.tobytes()
        wide = samples.astype(np.float32)
        if self._rate_hz > RECOGNISER_RATE_HZ:
            # A moving average over the width of a new sample keeps the worst aliases out.
            width = round(self._rate_hz / RECOGNISER_RATE_HZ)
            wide = np.convolve(wide, np.full(width, 1 / width, dtype=np.float32), mode="same")
        source = np.concatenate((self._tail, wide))
        self._tail = wide[-1:]
        count = round(len(samples) * RECOGNISER_RATE_HZ / self._rate_hz)
        places = (np.arange(count) + 1) * (len(samples) / count)
        resampled: bytes = np.interp(places, np.arange(len(source)), source).astype("<i2").tobytes()
        return resampled
