"""What a person has chosen in the window: plain values, remembered from one start to the next."""

from __future__ import annotations

import msgspec

from flux_desktop.engine.records.plan import LOCAL_ENDPOINT
from flux_desktop.flux import defaults
from flux_desktop.flux.options import FluxOptions
from flux_desktop.ui.models.data_set import OWN
from flux_desktop.ui.models.presets import ParameterSet
from flux_desktop.ui.models.ramp import Ramp

USER_CLOCK, WIRE_CLOCK = "user", "wire"
RECENT_MAX = 8
CONNECTIONS_MAX = 1_000
"""Connections that can be chosen in the window."""
DEFAULT_OPTIONS = FluxOptions(eot_threshold=defaults.EOT_THRESHOLD, eot_timeout_ms=defaults.EOT_TIMEOUT_MS)
"""Flux's documented defaults, stated so that a run does not depend on those of the server."""


class Choices(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Mutable; whoever changes a value calls `AppState.changed` afterwards."""

    endpoint: str = LOCAL_ENDPOINT
    profile: str = ""
    """AWS profile; empty means boto3's default credential chain."""
    region: str = ""
    """AWS region; empty means the default of the account."""
    options: FluxOptions = DEFAULT_OPTIONS
    """Flux parameters as chosen, including those that the selected build does not support."""
    connections: int = 2
    duration_s: float = 0.0
    """0 means to the end of the recording, or until stopped."""
    loop: bool = False
    ramp: Ramp = Ramp()
    assignment: str = OWN
    """How the clips of a data set are dealt out: one of `models.data_set.ASSIGNMENTS`."""
    theme: str = "system"
    width: int = 1440
    height: int = 900
    plot: str = "Pacing"
    """The plot in the third place while no microphone is in use."""
    latency_clock: str = USER_CLOCK
    """Which clock the update latency is shown by: `USER_CLOCK` or `WIRE_CLOCK`."""
    hidden_columns: list[str] = []
    """Columns of the overview that are not shown, by their names."""
    presets: list[ParameterSet] = []
    """Sets of turn parameters that the user has saved."""
    recent: list[str] = []
    """Paths of recordings and data sets, newest first, at most `RECENT_MAX`."""

    def take_options(self, options: FluxOptions) -> None:
        """Choose the parameters of a recorded run, without their sample rate: that is the audio's, not a choice."""
        self.options = msgspec.structs.replace(options.known, sample_rate_hz=self.options.sample_rate_hz)

    def add_recent(self, path: str) -> None:
        """Put a recording at the top of the list."""
        self.recent = [path, *(other for other in self.recent if other != path)][:RECENT_MAX]
