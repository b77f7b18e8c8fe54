"""One arm of a comparison: it follows a named setting until a person edits it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from flux_desktop.evaluation.traces.trace import Setting
from flux_desktop.ui.panels.arm_column import OWN, ArmColumn

CURRENT, THIS = Setting(eot=0.7), Setting(eot=0.9, eager=0.5, timeout_ms=3000)


@pytest.fixture
def arm(qtbot: QtBot) -> ArmColumn:
    arm = ArmColumn("B", "This setting")
    qtbot.addWidget(arm)
    arm.show_named({"Current": CURRENT, "This setting": THIS})
    arm.show_endpoints(["local", "flux-one"], "flux-one")
    arm.show()
    return arm


def test_it_follows_its_source(arm: ArmColumn) -> None:
    assert arm.setting == THIS
    arm.show_named({"Current": CURRENT, "This setting": Setting(eot=0.82, timeout_ms=3000)})
    assert arm.setting == Setting(eot=0.82, timeout_ms=3000)
    reported: list[None] = []
    arm.changed.connect(lambda: reported.append(None))
    QTest.keyClick(arm.source, Qt.Key.Key_Up)
    arm.source.activated.emit(arm.source.currentIndex())
    assert arm.setting == CURRENT
    assert reported


def test_values_that_a_person_edits_stay(arm: ArmColumn) -> None:
    reported: list[Setting] = []
    arm.changed.connect(lambda: reported.append(arm.setting))
    arm.eot.setFocus()
    QTest.keyClick(arm.eot, Qt.Key.Key_Down)
    assert reported[-1] == Setting(eot=0.89, eager=0.5, timeout_ms=3000)
    assert arm.source.currentText() == OWN
    arm.show_named({"Current": CURRENT, "This setting": CURRENT})
    assert arm.setting.eot == 0.89


def test_the_eager_threshold_is_off_below_its_range_and_never_above_the_other(arm: ArmColumn) -> None:
    arm.eager.setValue(arm.eager.minimum())
    assert arm.eager.text() == "eager off"
    assert arm.setting.eager is None
    arm.eager.setValue(0.9)
    arm.eot.setValue(0.6)
    assert arm.setting == Setting(eot=0.6, eager=0.6, timeout_ms=3000)


def test_a_setting_that_is_gone_leaves_its_values(arm: ArmColumn) -> None:
    arm.show_named({"Current": CURRENT})
    assert (arm.source.currentText(), arm.setting) == (OWN, THIS)


def test_an_endpoint_is_kept_while_it_is_listed(arm: ArmColumn) -> None:
    assert arm.endpoint.currentText() == "flux-one"
    arm.select_endpoint("local")
    arm.show_endpoints(["local", "flux-one", "flux-two"], "flux-one")
    assert arm.endpoint.currentText() == "local"
    arm.show_endpoints(["flux-one"], "flux-one")
    assert arm.endpoint.currentText() == "flux-one"


def test_every_control_has_a_name(arm: ArmColumn) -> None:
    for widget in (arm.source, arm.endpoint, arm.eot, arm.eager, arm.timeout):
        assert widget.accessibleName().startswith("B: ")
