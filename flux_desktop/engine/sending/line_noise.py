"""Line noise: white noise, as on a telephone line during silence. Digital silence would reveal the end of a clip."""

from __future__ import annotations

import numpy as np

from flux_desktop.audio.encoding import encode, sample_bytes
from flux_desktop.flux.defaults import Encoding

_SEED = 20261


class LineNoise:
    """Chunks of noise whose root mean square is `level_dbfs`, the same for the same sequence of sizes."""

    def __init__(self, level_dbfs: float, encoding: Encoding) -> None:
        self._amplitude = 32768 * 10 ** (level_dbfs / 20)
        self._encoding: Encoding = encoding
        self._rng = np.random.default_rng(_SEED)

    def chunk(self, size_bytes: int) -> bytes:
        """The next chunk, of so many bytes."""
        samples = self._rng.normal(0.0, self._amplitude, size_bytes // sample_bytes(self._encoding))
        return encode(np.clip(np.rint(samples), -32768, 32767).astype("<i2").tobytes(), self._encoding)
