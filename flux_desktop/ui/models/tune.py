"""State of the Tune page: the setting being looked at, beside the one that Live uses. No Qt."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from flux_desktop.flux.options import FluxOptions


@dataclass(frozen=True, slots=True)
class TurnSetting:
    """Values of the three turn parameters; an eager threshold of None switches eager off."""

    eot_threshold: float
    eager_eot_threshold: float | None
    eot_timeout_ms: int

    @staticmethod
    def of(options: FluxOptions) -> TurnSetting:
        """The setting that is in force with these parameters."""
        return TurnSetting(options.eot_threshold_in_force, options.eager_eot_threshold, options.eot_timeout_ms_in_force)

    def on(self, options: FluxOptions) -> FluxOptions:
        """`options` with this setting; everything else stays."""
        return msgspec.structs.replace(
            options,
            eot_threshold=self.eot_threshold,
            eager_eot_threshold=self.eager_eot_threshold,
            eot_timeout_ms=self.eot_timeout_ms,
        )

    def words(self) -> str:
        """The setting in a few characters: end of turn, eager, timeout."""
        eager = "no eager" if self.eager_eot_threshold is None else f"{self.eager_eot_threshold:.2f}"
        return f"{self.eot_threshold:.2f} · {eager} · {self.eot_timeout_ms / 1000:.1f} s"
