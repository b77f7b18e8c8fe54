"""The microphones as the window knows them: the list, the choice, and whether anything is heard."""

from __future__ import annotations

from dataclasses import dataclass, field

from flux_desktop.audio.devices import InputDevice
from flux_desktop.base.problem import Problem
from flux_desktop.engine.records.events import LevelMeasured
from flux_desktop.engine.records.plan import MicrophoneSource

SYSTEM_DEFAULT = "System default"
SILENT_TOLD_S = 2.0

NOTHING_HEARD = Problem(
    code="microphone_silent",
    what="Nothing at all comes from the microphone.",
    why="It may be muted, this program may not have permission to use it, or the lid of the computer may be closed.",
    todo="Check the switch on the microphone and the system's privacy settings, or choose another microphone.",
)


@dataclass(slots=True)
class Microphones:
    """The devices as last heard of. The choice is kept by name, also while the device is away."""

    devices: list[InputDevice] = field(default_factory=list)
    chosen: str = SYSTEM_DEFAULT
    go_on_when_lost: bool = False

    def entries(self) -> list[tuple[str, str]]:
        """Name and line of each choice; the system's default first, a chosen device that is away last."""
        found = [(SYSTEM_DEFAULT, SYSTEM_DEFAULT)]
        for device in self.devices:
            channels = "mono" if device.channels == 1 else f"{device.channels} channels"
            rate = f"{device.default_sample_rate_hz / 1000:g} kHz"
            found.append((device.name, f"{device.name} · {rate} · {channels}"))
        if self.chosen not in {name for name, _ in found}:
            found.append((self.chosen, f"{self.chosen} · not there now"))
        return found

    @property
    def available(self) -> bool:
        """Whether the chosen device is there."""
        names = {device.name for device in self.devices}
        return bool(names) if self.chosen == SYSTEM_DEFAULT else self.chosen in names

    def source(self) -> MicrophoneSource:
        """The choice as a part of a plan."""
        index = next((device.index for device in self.devices if device.name == self.chosen), None)
        return MicrophoneSource(
            device_index=index,
            device_name=SYSTEM_DEFAULT.lower() if index is None else self.chosen,
            go_on_when_lost=self.go_on_when_lost,
        )


class SilenceWatch:
    """Tells once in a run that only digital zeros have come for `SILENT_TOLD_S`."""

    def __init__(self) -> None:
        self._since_s: float | None = None
        self._told = False

    def take(self, level: LevelMeasured) -> Problem | None:
        """The problem, the first time that it is one."""
        if not level.is_silent:
            self._since_s = None
            return None
        if self._since_s is None:
            self._since_s = level.t
        if self._told or level.t - self._since_s < SILENT_TOLD_S:
            return None
        self._told = True
        return NOTHING_HEARD
