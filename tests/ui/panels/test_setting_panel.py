"""The setting panel: three values, each beside the one that Live uses."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from flux_desktop.evaluation.traces.trace import Setting
from flux_desktop.ui.panels.setting_panel import SettingPanel

CURRENT = Setting(eot=0.7, eager=None, timeout_ms=5_000)


@pytest.fixture
def panel(qtbot: QtBot) -> SettingPanel:
    panel = SettingPanel()
    qtbot.addWidget(panel)
    panel.show_setting(CURRENT)
    return panel


@pytest.mark.parametrize(
    "setting", [CURRENT, Setting(eot=0.55, eager=0.5, timeout_ms=10_000), Setting(eot=1.0, eager=0.9, timeout_ms=500)]
)
def test_what_is_shown_is_read_back(panel: SettingPanel, setting: Setting) -> None:
    changes: list[None] = []
    panel.changed.connect(lambda: changes.append(None))
    panel.show_setting(setting)
    assert panel.setting == setting
    assert changes == []


def test_a_control_that_is_moved_is_reported(panel: SettingPanel) -> None:
    settings: list[Setting] = []
    panel.changed.connect(lambda: settings.append(panel.setting))
    panel.eot.field.setValue(0.82)
    panel.timeout.slider.setValue(60)
    assert settings == [
        Setting(eot=0.82, eager=None, timeout_ms=5_000),
        Setting(eot=0.82, eager=None, timeout_ms=6_000),
    ]


def test_the_values_of_live_stand_beside_the_controls(panel: SettingPanel) -> None:
    panel.show_current(CURRENT, "Sets them.")
    assert "0.70" in panel.eot.state.full_text()
    assert "off" in panel.eager.state.full_text()
    assert "5.0 s" in panel.timeout.state.full_text()
    assert not panel.use_button.isEnabled(), "there is nothing to change"
    panel.eot.field.setValue(0.8)
    panel.show_current(CURRENT, "Sets them.")
    assert panel.use_button.isEnabled()


def test_confirming_is_offered_with_its_cost(panel: SettingPanel) -> None:
    assert panel.confirm_button.isHidden()
    wanted: list[None] = []
    panel.confirm_wanted.connect(lambda: wanted.append(None))
    panel.show_confirming(offered=True, enabled=True, cost="About 10 stream-minutes", result="")
    panel.confirm_button.click()
    assert wanted == [None]
    assert panel.confirm_cost.text() == "About 10 stream-minutes"
    assert panel.confirmed.isHidden()
    panel.show_confirming(offered=True, enabled=False, cost="3 of 48 clips", result="replay − live +14 ms")
    assert not panel.confirm_button.isEnabled()
    assert not panel.confirmed.isHidden()
