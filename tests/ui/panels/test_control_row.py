"""Control messages: only what the build is known to take can be pressed, and only while streams run."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from flux_desktop.flux.bundles import BUNDLES, LATEST, UNKNOWN, Bundle
from flux_desktop.ui.panels.control_row import CONTROLS, ControlRow


@pytest.fixture
def row(qtbot: QtBot) -> ControlRow:
    row = ControlRow()
    qtbot.addWidget(row)
    return row


def enabled(row: ControlRow) -> set[str]:
    return {name for name, button in row.buttons.items() if button.isEnabled()}


def test_nothing_can_be_pressed_without_a_run(row: ControlRow) -> None:
    assert enabled(row) == set()
    row.refresh(LATEST, running=False)
    assert enabled(row) == set()


@pytest.mark.parametrize("build", BUNDLES.values(), ids=lambda build: build.name)
def test_what_the_build_takes_can_be_pressed(row: ControlRow, build: Bundle) -> None:
    row.refresh(build, running=True)
    assert enabled(row) == {name for name, *_ in CONTROLS if build.takes(name) is True}


@pytest.mark.parametrize("build", [UNKNOWN, None], ids=["unknown", "none"])
def test_an_unknown_build_gets_only_what_every_build_takes(row: ControlRow, build: Bundle | None) -> None:
    row.refresh(build, running=True)
    assert "ForceEndTurn" not in enabled(row)


def test_the_tip_gives_the_reason(row: ControlRow) -> None:
    def tips() -> set[str]:
        return {button.toolTip() for button in row.buttons.values()}

    not_running = tips()
    row.refresh(LATEST, running=True)
    running = tips()
    row.refresh(None, running=True)
    assert not not_running & running
    assert not not_running & tips()
    row.refresh(LATEST, running=True)
    assert LATEST.name in row.buttons["KeepAlive"].toolTip()
    assert LATEST.name not in row.buttons["ForceEndTurn"].toolTip()


def test_a_press_names_the_message(row: ControlRow) -> None:
    pressed: list[str] = []
    row.pressed.connect(pressed.append)
    row.refresh(LATEST, running=True)
    for name, *_ in CONTROLS:
        row.buttons[name].click()
    assert pressed == ["ForceEndTurn", "CloseStream"]
