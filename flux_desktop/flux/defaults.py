"""Values that hold for a Flux stream unless a parameter sets another one, and the longest run; defined here alone."""

from __future__ import annotations

from typing import Literal

Encoding = Literal["linear16", "mulaw", "alaw"]
ENCODINGS: tuple[Encoding, ...] = ("linear16", "mulaw", "alaw")
"""Those in which this program sends audio."""

SAMPLE_RATES_HZ = (8_000, 16_000, 24_000, 44_100, 48_000)
"""Sample rates that Flux accepts."""
SAMPLE_RATE_HZ = 16_000
"""The rate of the model: other rates are resampled by the server."""
CHUNK_S = 0.080
"""Length of an audio chunk that Deepgram recommends for Flux, in seconds."""
EOT_THRESHOLD = 0.7
EOT_TIMEOUT_MS = 5_000
RUN_MAX_S = 30 * 24 * 3600.0
"""The longest run that can be asked for: more is a typing error."""
