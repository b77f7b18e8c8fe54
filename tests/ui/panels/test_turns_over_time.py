"""The strip of turns: as high as its lanes, up to a limit, with the axis below."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.panels.turns_over_time import LANES_MAX, TurnsOverTime
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.views.lanes import LANE_PX
from tests.ui import scripted


def test_lanes_grow_with_the_run_up_to_a_limit(qtbot: QtBot, theme: ThemeSource) -> None:
    model = RunModel()
    strip = TurnsOverTime(theme, model)
    qtbot.addWidget(strip)
    heights = []
    for connections in (1, 3, LANES_MAX + 20):
        model.reset(scripted.plan(connections))
        strip.refresh()
        heights.append(strip.lanes.height())
    assert heights == [LANE_PX, 3 * LANE_PX, LANES_MAX * LANE_PX]
    strip.resize(500, strip.sizeHint().height())
    strip.grab()
    assert strip.axis.y() >= strip.lanes.y() + strip.lanes.height()
