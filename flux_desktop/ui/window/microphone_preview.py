"""Shows the chosen microphone's level while no run is active, and keeps the list of microphones current."""

from __future__ import annotations

from flux_desktop.base.problem import Problem
from flux_desktop.engine.records.events import LevelMeasured
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.microphone import NOTHING_HEARD
from flux_desktop.ui.panels.microphone_box import MicrophoneBox
from flux_desktop.ui.services.device_watch import DeviceWatch
from flux_desktop.ui.services.level_watch import LevelWatch
from flux_desktop.ui.services.tasks import UiTasks
from flux_desktop.ui.widgets.banner import BannerStack


class MicrophonePreview:
    """Devices are listed and the level is measured only while the microphone is selected and no run is active."""

    def __init__(self, state: AppState, box: MicrophoneBox, banners: BannerStack, tasks: UiTasks) -> None:
        self._state = state
        self._box = box
        self._banners = banners
        self.devices = DeviceWatch(state.microphones, tasks, self._listed)
        self.levels = LevelWatch(
            state.microphones, tasks, state.microphone_level.reset, self.take_level, box.set_trouble
        )
        state.listen(self.update)

    @property
    def on(self) -> bool:
        """Whether the level is being measured, or about to be."""
        return self.levels.on

    def update(self) -> None:
        """Start or stop according to what is chosen; called after every change of the state."""
        wanted = self._state.uses_microphone
        idle = wanted and not self._state.run.active
        self.devices.watch(idle)
        self.levels.update(idle)
        if not wanted:
            self._banners.withdraw(NOTHING_HEARD.code)

    def stop(self) -> None:
        """Let go of the microphone for a run; `released` waits until it is free."""
        self.levels.update(False)
        self._state.microphone_level.reset()

    async def released(self) -> None:
        """Wait until no device is held; about two seconds at most."""
        await self.levels.released()

    def take_level(self, level: LevelMeasured) -> None:
        """Take a level measured while no run is active."""
        if not self._state.run.active:
            self._state.run.preview_level(level)
            self.show_level(level)

    def show_level(self, level: LevelMeasured) -> None:
        """Show a level; a banner reports silence for as long as it lasts."""
        measured = self._state.microphone_level
        was_silent = measured.silent
        measured.take(level)
        if measured.silent and not was_silent:
            self._banners.show_problem(NOTHING_HEARD, "warn")
        elif was_silent and not measured.silent:
            self._banners.withdraw(NOTHING_HEARD.code)

    def _listed(self, problem: Problem | None) -> None:
        self._box.refresh(problem)
        self._state.changed()

    def refresh(self) -> None:
        """Repaint the level; called at the pace of curves."""
        if self._state.uses_microphone and (self._state.run.active or self.on):
            self._box.meter.refresh(self._state.run.now_s if self._state.run.active else self.levels.now_s())
