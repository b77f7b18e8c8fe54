"""A figure of a comparison in a row: short words, the whole truth in its tip."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from flux_desktop.evaluation.comparing.comparison import compare, parse_allowed
from flux_desktop.evaluation.statistics.intervals import Estimate
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.views.change_row import ChangePlot, ChangeRow, colour, short, tip
from flux_desktop.ui.widgets.basics import ElidedLabel

BASE, NEW = Estimate(200.0, 190.0, 210.0, 5000), Estimate(300.0, 280.0, 320.0, 6000)


def test_a_row_says_all_of_the_change(qtbot: QtBot, theme: ThemeSource) -> None:
    figure = compare(
        "update_p95_ms", "Update latency (user clock) p95", "ms", BASE, NEW, allowed=parse_allowed("update_p95_ms>+10%")
    )
    row = ChangeRow(theme, figure, 60.0)
    qtbot.addWidget(row)
    row.resize(280, 40)
    assert not row.grab().isNull()
    assert row.accessibleName() == tip(figure)
    for part in ("Base: 200.0 ms (n = 5,000)", "New: 300.0 ms (n = 6,000)", "+100.0 ms", "95 % interval"):
        assert part in tip(figure)
    assert [each.full_text() for each in row.findChildren(ElidedLabel)] == ["Update p95", "200.0 ms → 300.0 ms"]
    assert not any(each.toolTip() for each in row.findChildren(QWidget)), "wherever one points"
    assert colour(figure.finding, theme.current) == theme.current.danger


def test_an_interval_that_leaves_the_scale_has_no_end_there(qtbot: QtBot, theme: ThemeSource) -> None:
    figure = compare("update_p95_ms", "Update latency (user clock) p95", "ms", BASE, NEW)
    high = figure.percent.high
    assert high is not None
    ends = []
    for reach in (high, 0.98 * high):
        plot = ChangePlot(theme, figure, reach)
        qtbot.addWidget(plot)
        plot.resize(plot.width(), 24)
        picture = plot.grab().toImage()
        ends.append(picture.pixelColor(plot.width() - 5, 9) != picture.pixelColor(plot.width() - 5, 1))
    assert ends == [True, False]


def test_names_are_shortened() -> None:
    assert short("Worse: Update latency (wire clock) p50") == "Worse: Wire clock p50"
