"""Values that hold for a Flux stream unless a parameter sets another one. Each is defined here and nowhere else."""

from __future__ import annotations

SAMPLE_RATES_HZ = (8_000, 16_000, 24_000, 44_100, 48_000)
"""Sample rates that Flux accepts."""
SAMPLE_RATE_HZ = 16_000
"""The rate of the model: other rates are resampled by the server."""
CHUNK_S = 0.080
"""Length of an audio chunk that Deepgram recommends for Flux, in seconds."""
EOT_THRESHOLD = 0.7
EOT_TIMEOUT_MS = 5_000
