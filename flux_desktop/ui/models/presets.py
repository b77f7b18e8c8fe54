"""Documented sets of turn parameters. Source: Deepgram's Flux configuration and turn-detection guides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from flux_desktop.flux import defaults
from flux_desktop.flux.options import FluxOptions

NAME_MAX = 40
OWN_MAX = 30
"""Own presets that are kept."""


@dataclass(frozen=True, slots=True)
class ParameterSet:
    """One set; an eager threshold of None switches eager off."""

    name: str
    eot_threshold: float
    eager_eot_threshold: float | None
    eot_timeout_ms: int

    def options(self) -> FluxOptions:
        """The set as parameters, to check its values."""
        return FluxOptions(
            eot_threshold=self.eot_threshold,
            eager_eot_threshold=self.eager_eot_threshold,
            eot_timeout_ms=self.eot_timeout_ms,
        )

    def sentence(self) -> str:
        """The set in one line."""
        eager = "no eager" if self.eager_eot_threshold is None else f"eager {self.eager_eot_threshold:.2f}"
        return f"{self.name}: end of turn {self.eot_threshold:.2f}, {eager}, timeout {self.eot_timeout_ms / 1000:g} s"


PRESETS = (
    ParameterSet("Default", defaults.EOT_THRESHOLD, None, defaults.EOT_TIMEOUT_MS),
    ParameterSet("Low latency", 0.7, 0.4, 6_000),
    ParameterSet("High reliability", 0.85, None, 8_000),
    ParameterSet("Complex pipeline", 0.85, 0.4, 7_000),
    ParameterSet("Fully manual (newer builds)", 1.0, None, 30_000),
)


def matching(options: FluxOptions, presets: Iterable[ParameterSet]) -> ParameterSet | None:
    """The first preset whose parameters are the chosen ones."""
    chosen = (options.eot_threshold_in_force, options.eager_eot_threshold, options.eot_timeout_ms_in_force)
    for preset in presets:
        if chosen == (preset.eot_threshold, preset.eager_eot_threshold, preset.eot_timeout_ms):
            return preset
    return None


def saved(own: Sequence[ParameterSet], name: str, options: FluxOptions) -> list[ParameterSet]:
    """The user's presets with the chosen parameters under `name`; unchanged for a name that cannot be used."""
    name = _usable(name)
    if not name:
        return list(own)
    preset = ParameterSet(
        name, options.eot_threshold_in_force, options.eager_eot_threshold, options.eot_timeout_ms_in_force
    )
    return [*(each for each in own if each.name != name), preset][-OWN_MAX:]


def renamed(own: Sequence[ParameterSet], old: str, new: str) -> list[ParameterSet]:
    """The user's presets, one of them renamed; unchanged for a name that cannot be used or is taken."""
    new = _usable(new)
    if not new or any(each.name == new for each in own):
        return list(own)
    return [replace(each, name=new) if each.name == old else each for each in own]


def deleted(own: Sequence[ParameterSet], name: str) -> list[ParameterSet]:
    """The user's presets without the one of that name."""
    return [each for each in own if each.name != name]


def _usable(name: str) -> str:
    """A name on one line; empty where it cannot be used, because a documented preset has it."""
    name = " ".join(name.split())[:NAME_MAX]
    return "" if any(each.name == name for each in PRESETS) else name
