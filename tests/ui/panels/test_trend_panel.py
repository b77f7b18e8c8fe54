"""The trend: a point for each session, hollow where the run proves nothing, and a line through the others."""

from __future__ import annotations

import msgspec
from pytestqt.qtbot import QtBot

from flux_desktop.reports.sessions.trend import Trend, TrendPoint, no_points
from flux_desktop.ui.panels.trend_panel import NO_TREND, READING, TOO_FEW, TrendPanel
from flux_desktop.ui.style.theme import ThemeSource


def point(day: int, value: float, *, usable: bool = True) -> TrendPoint:
    return TrendPoint(name=f"day {day}", wall_time=f"2026-01-{day:02}T12:00:00", value=value, n=9, usable=usable)


def test_what_proves_nothing_is_no_part_of_the_line(qtbot: QtBot, theme: ThemeSource) -> None:
    panel = TrendPanel(theme)
    qtbot.addWidget(panel)
    assert panel.empty.text() == NO_TREND
    panel.build()
    panel.show_trend(Trend(figure="update_p95_ms", label="Update p95", common="a"))
    assert panel.empty.text() == no_points("update_p95_ms")
    panel.show_trend(Trend(figure="update_p95_ms", label="Update p95", common="a"), is_reading=True)
    assert panel.empty.text() == READING
    points = (point(1, 100.0), point(2, 900.0, usable=False), point(3, 120.0))
    panel.show_trend(Trend(figure="update_p95_ms", label="Update p95", common="a", points=points[:1]))
    assert panel.empty.text() == TOO_FEW
    assert panel.plot.isHidden()
    panel.show_trend(Trend(figure="update_p95_ms", label="Update p95", common="a", points=points))
    assert panel.empty.isHidden()
    assert list(panel._line.yData) == [100.0, 120.0]
    assert [each.data().value for each in panel._points.points()] == [100.0, 900.0, 120.0]
    assert "01 Jan 12:00 100.0 (no interval, n = 9)" in panel.plot.accessibleName()
    assert panel._bars.opts["x"].size == 0, "no interval is not one of no width"
    with_interval = msgspec.structs.replace(points[0], low=90.0, high=125.0)
    panel.show_trend(Trend(figure="update_p95_ms", label="Update p95", common="a", points=(with_interval, *points[1:])))
    assert "100.0 (90.0 to 125.0, n = 9)" in panel.plot.accessibleName()
    assert (list(panel._bars.opts["bottom"]), list(panel._bars.opts["top"])) == ([10.0], [25.0])
    assert panel.figure == "update_p95_ms"
