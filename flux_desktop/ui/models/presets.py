"""Documented sets of turn parameters. Source: Deepgram's Flux configuration and turn-detection guides."""

from __future__ import annotations

from dataclasses import dataclass

from flux_desktop.flux import defaults


@dataclass(frozen=True, slots=True)
class Preset:
    """One set; an eager threshold of None switches eager off."""

    name: str
    eot_threshold: float
    eager_eot_threshold: float | None
    eot_timeout_ms: int

    def sentence(self) -> str:
        """The set in one line."""
        eager = "no eager" if self.eager_eot_threshold is None else f"eager {self.eager_eot_threshold:.2f}"
        return f"{self.name}: end of turn {self.eot_threshold:.2f}, {eager}, timeout {self.eot_timeout_ms / 1000:g} s"


PRESETS = (
    Preset("Default", defaults.EOT_THRESHOLD, None, defaults.EOT_TIMEOUT_MS),
    Preset("Low latency", 0.7, 0.4, 6_000),
    Preset("High reliability", 0.85, None, 8_000),
    Preset("Complex pipeline", 0.85, 0.4, 7_000),
    Preset("Fully manual (newer builds)", 1.0, None, 30_000),
)
