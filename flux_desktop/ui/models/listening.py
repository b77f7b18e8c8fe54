"""What is heard of a run: whether, how loud, on which output, and how well it is in step. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, field

from flux_desktop.audio.devices import OutputDevice
from flux_desktop.audio.listening.tape import Segment
from flux_desktop.base.problem import Problem
from flux_desktop.ui.models.microphone import SYSTEM_DEFAULT

VOLUME_MAX = 100
NOT_WITH_MICROPHONE = "Nothing is played while a microphone streams: it would hear itself."


@dataclass(frozen=True, slots=True)
class ListeningTrack:
    """What is to be heard: a time line whose second 0 is at `zero_s` of the machine's clock; None is a pause."""

    sample_rate_hz: int
    segments: tuple[Segment, ...]
    zero_s: float | None


@dataclass(slots=True)
class ListeningState:
    """Whoever changes a value calls `AppState.changed` then. The output is kept by name, also while it is unplugged."""

    wanted: bool = False
    """Hear the selected connection while it streams."""
    muted: bool = False
    volume: int = VOLUME_MAX
    """0 to `VOLUME_MAX`."""
    output: str = SYSTEM_DEFAULT
    outputs: list[OutputDevice] = field(default_factory=list)
    problem: Problem | None = None
    """Why nothing is heard; None while it can be."""
    sounding: bool = False
    behind_ms: float | None = None
    """How far the sound is behind what is being sent; None in silence."""

    def toggle(self) -> None:
        """Begin or stop to listen."""
        self.wanted = not self.wanted
        if self.wanted:
            self.muted = False

    def toggle_mute(self) -> None:
        """Be silent, or heard again; also of a session that is played."""
        self.muted = not self.muted

    @property
    def gain(self) -> float:
        """What samples are multiplied with: quadratic, as loudness is heard."""
        return 0.0 if self.muted else (self.volume / VOLUME_MAX) ** 2

    def entries(self) -> list[tuple[str, str]]:
        """Name and label of each output; the system default first, a chosen output that is gone last."""
        entries = [(SYSTEM_DEFAULT, SYSTEM_DEFAULT)]
        for device in self.outputs:
            label = f"{device.description} ({device.name})" if device.description else device.name
            entries.append((device.name, label))
        if self.output not in {name for name, _ in entries}:
            entries.append((self.output, f"{self.output} · disconnected"))
        return entries

    @property
    def output_name(self) -> str:
        """The chosen output; empty for the default one."""
        return "" if self.output == SYSTEM_DEFAULT else self.output

    def words(self, *, microphone: bool) -> tuple[str, str]:
        """One line about what is heard, and the role of its label."""
        if self.problem is not None:
            return self.problem.what, "warn"
        if self.muted and (self.wanted or self.sounding):
            return "Muted.", "caption"
        if self.sounding and self.behind_ms is not None:
            return f"in step, {abs(self.behind_ms):.0f} ms", "ok"
        if not self.wanted:
            return "", "caption"
        return (NOT_WITH_MICROPHONE if microphone else "Plays while a run is streaming."), "caption"
