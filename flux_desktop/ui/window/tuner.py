"""Wires the Tune page to the choices of Live and to the run in progress."""

from __future__ import annotations

from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.run_model import Origin
from flux_desktop.ui.models.tune import TurnSetting
from flux_desktop.ui.pages.tune_page import TunePage


class Tuner:
    """Everything runs on the window's thread."""

    def __init__(self, state: AppState, page: TunePage) -> None:
        self._state = state
        self._panel = page.setting_panel
        self._panel.changed.connect(self.refresh)
        self._panel.use_wanted.connect(self.use_setting)
        self._panel.show_setting(TurnSetting.of(state.choices.options))
        state.listen(self.refresh)

    def use_setting(self) -> None:
        """Set the values on Live; a run in progress gets them like any other change."""
        state = self._state
        state.choices.options = self._panel.setting.on(state.choices.options)
        state.live.edit(state.options)
        state.changed()

    def refresh(self) -> None:
        """Show the values that Live uses, and what using these would do."""
        state = self._state
        live = state.run.active and state.run.current.origin is Origin.LIVE
        if not live:
            effect = "Sets them on the Live page."
        elif state.live.configurable is False:
            effect = "Sets them on the Live page. This build does not accept changes, so its connections reconnect."
        else:
            effect = "Sets them on the Live page and sends them to the run in progress."
        self._panel.show_current(TurnSetting.of(state.choices.options), effect)
