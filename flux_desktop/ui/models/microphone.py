"""The microphones: which are connected, which is chosen, and the level of the one in use."""

from __future__ import annotations

from dataclasses import dataclass, field

from flux_desktop.audio.devices import InputDevice
from flux_desktop.audio.levels import Meter
from flux_desktop.base.problem import Problem
from flux_desktop.engine.records.events import LevelMeasured
from flux_desktop.engine.records.plan import MicrophoneSource

SYSTEM_DEFAULT = "System default"
LOOKING = "Looking for microphones…"
SILENT_AFTER_S = 2.0
CLIP_SHOWN_S = 2.0

NOTHING_HEARD = Problem(
    code="microphone_silent",
    what="The microphone is silent: it delivers only zeros.",
    why="It may be muted, this program may lack permission to use it, or the laptop lid may be closed.",
    todo="Check the mute switch and the system's privacy settings, or choose another microphone.",
)


CHANNELS_MAX = 8
"""Devices of a sound server claim more than any microphone has, such as 32."""


@dataclass(slots=True)
class Microphones:
    """The devices as last listed. The choice is kept by name, even while the device is disconnected."""

    devices: list[InputDevice] = field(default_factory=list)
    listed: bool = False
    """Whether it is known by now which there are."""
    chosen: str = SYSTEM_DEFAULT
    go_on_when_lost: bool = False
    record: bool = False
    """Off at every start of the program; turned on with consent only."""

    def entries(self) -> list[tuple[str, str]]:
        """Name and label of each choice; the system default first, a chosen device that is disconnected last."""
        entries = [(SYSTEM_DEFAULT, SYSTEM_DEFAULT)]
        for device in self.devices:
            name = f"{device.description} ({device.name})" if device.description else device.name
            parts = [name, f"{device.default_sample_rate_hz / 1000:g} kHz"]
            if device.channels <= CHANNELS_MAX:
                parts.append("mono" if device.channels == 1 else f"{device.channels} channels")
            entries.append((device.name, " · ".join(parts)))
        if self.chosen not in {name for name, _ in entries}:
            entries.append((self.chosen, f"{self.chosen} · disconnected"))
        return entries

    @property
    def available(self) -> bool:
        """Whether the chosen device is connected."""
        names = {device.name for device in self.devices}
        return bool(names) if self.chosen == SYSTEM_DEFAULT else self.chosen in names

    def source(self) -> MicrophoneSource:
        """The choice as a part of a plan."""
        index = next((device.index for device in self.devices if device.name == self.chosen), None)
        return MicrophoneSource(
            device_index=index,
            device_name=SYSTEM_DEFAULT.lower() if index is None else self.chosen,
            go_on_when_lost=self.go_on_when_lost,
            record=self.record,
        )


class MicrophoneLevel:
    """Level of the microphone over time, and whether it delivers nothing but digital zeros. Times never go back.

    `reset` begins a new measurement, such as a run with a clock of its own.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget what was measured."""
        self._meter, self._now_s, self._measured_s = Meter(), 0.0, 0.0
        self._clipped_at_s: float | None = None
        self._silent_since_s: float | None = None

    def take(self, level: LevelMeasured) -> None:
        """A frame was measured."""
        self._meter.push(level.peak_dbfs, level.t)
        self._now_s, self._measured_s = max(self._now_s, level.t), level.t
        if level.is_clipped:
            self._clipped_at_s = level.t
        if not level.is_silent:
            self._silent_since_s = None
        elif self._silent_since_s is None:
            self._silent_since_s = level.t

    def advance(self, now_s: float) -> None:
        """Let the level fall to where it stands at `now_s`."""
        self._now_s = max(self._now_s, now_s)

    @property
    def level(self) -> tuple[float, float]:
        """Present level and held peak, in dBFS."""
        return self._meter.level_dbfs(self._now_s), self._meter.peak_dbfs(self._now_s)

    @property
    def clipped(self) -> bool:
        """Whether the audio clipped within the last `CLIP_SHOWN_S`."""
        return self._clipped_at_s is not None and self._now_s - self._clipped_at_s < CLIP_SHOWN_S

    @property
    def silent(self) -> bool:
        """Whether only digital zeros have come for `SILENT_AFTER_S`, by the frames measured."""
        return self._silent_since_s is not None and self._measured_s - self._silent_since_s >= SILENT_AFTER_S
