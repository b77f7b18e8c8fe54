"""The lanes of the other connections: which one is painted where, in which colour, and which one was clicked."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.models.time_window import TimeWindow
from flux_desktop.ui.models.timeline_facts import LaneSpan, MarkKind
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.views.lanes import LANE_PX, LaneArea, Lanes
from tests.ui import scripted

PER_S, NAME_PX, SPAN_S = 20, 40, 30.0


class Bench:
    """Lanes of 20 px a second, below the timeline of connection 1, whose audio begins at 0 s of the run."""

    def __init__(self, qtbot: QtBot, theme: ThemeSource, connections: int) -> None:
        self.model = RunModel()
        self.model.reset(scripted.plan(connections))
        self.window = TimeWindow(SPAN_S)
        self.lanes = Lanes(theme, self.model, self.window, NAME_PX)
        self.lanes.set_connections(1)
        self.colours = theme.current
        qtbot.addWidget(self.lanes)
        self.lanes.resize(NAME_PX + round(SPAN_S * PER_S), max(1, connections - 1) * LANE_PX)

    def advance(self, now_s: float) -> None:
        self.window.advance(now_s)
        self.lanes.advance(0.0, now_s, PER_S)

    def spans(self, conn: int, *spans: tuple[str, float, float | None]) -> None:
        for span in spans:
            self.model.conversation(conn).timeline.lane.append(LaneSpan(*span))

    def column(self, conn: int, t: float) -> set[str]:
        """The colours of a connection's lane at a second of the run."""
        x = round(NAME_PX + (t - self.window.start_s) * PER_S)
        image = self.lanes.grab().toImage()
        return {image.pixelColor(x, (conn - 2) * LANE_PX + y).name() for y in range(LANE_PX)}

    def at(self, conn: int, t: float) -> str:
        """The colour of a connection's bar at a second of the run."""
        x = round(NAME_PX + (t - self.window.start_s) * PER_S)
        return self.lanes.grab().toImage().pixelColor(x, (conn - 2) * LANE_PX + LANE_PX // 2).name()


@pytest.fixture
def bench(qtbot: QtBot, theme: ThemeSource) -> Bench:
    return Bench(qtbot, theme, 3)


def test_each_state_has_its_colour_in_its_connection_s_lane(bench: Bench) -> None:
    bench.spans(3, ("Ready", 0.0, 5.0), ("Speaking", 5.0, 10.0), ("AwaitingEnd", 10.0, 12.0), ("Ready", 12.0, 30.0))
    bench.advance(25.0)
    colours = bench.colours
    assert [bench.at(3, t) for t in (2.0, 7.0, 11.0, 20.0)] == [
        colours.raised,
        colours.ok_soft,
        colours.eager,
        colours.raised,
    ]
    assert bench.at(3, 12.0) == colours.text, "the end of a turn is marked"
    assert bench.at(3, 0.5) == colours.raised, "a run does not begin with the end of a turn"
    assert bench.at(2, 7.0) == colours.raised


def test_a_state_now_and_then_is_no_lane(bench: Bench) -> None:
    bench.spans(2, ("Speaking", 5.0, 20.0))
    bench.model.unread = {2}
    bench.advance(25.0)
    assert bench.at(2, 7.0) == bench.colours.raised


def test_a_span_that_lasts_reaches_to_the_present(bench: Bench) -> None:
    bench.spans(2, ("Speaking", 5.0, None))
    bench.advance(10.0)
    assert bench.at(2, 9.5) == bench.colours.ok_soft
    assert bench.at(2, 10.5) == bench.colours.raised


def test_lanes_lie_at_the_times_of_the_timeline_above(bench: Bench) -> None:
    bench.spans(2, ("Speaking", 12.0, 14.0))
    bench.window.advance(60.0)
    bench.window.scroll(-100.0)
    bench.lanes.advance(7.0, 60.0, PER_S)  # the audio of the connection above began 7 s into the run
    assert bench.at(2, 6.0) == bench.colours.ok_soft
    assert bench.at(2, 13.0) == bench.colours.raised


def test_a_short_wait_for_the_end_is_still_seen(bench: Bench) -> None:
    bench.spans(2, ("AwaitingEnd", 10.0, 10.01))
    bench.advance(20.0)
    assert bench.at(2, 10.05) == bench.colours.eager


@pytest.mark.parametrize(
    ("kind", "token"),
    [
        (MarkKind.EAGER, "eager"),
        (MarkKind.RESUMED, "warn"),
        (MarkKind.END, "ok"),
        (MarkKind.GAP, "warn"),
        (MarkKind.FAILED, "danger"),
    ],
)
def test_marks_stand_in_the_lane_while_they_are_in_view(bench: Bench, kind: MarkKind, token: str) -> None:
    timeline = bench.model.conversation(2).timeline
    timeline.origin_s = 4.0
    bench.advance(20.0)
    empty = bench.column(2, 10.0)
    timeline.add(10.0, kind)
    wanted = QColor(getattr(bench.colours, token))

    def near(name: str) -> bool:
        seen = QColor(name)
        return all(abs(one - other) < 24 for one, other in zip(seen.getRgb(), wanted.getRgb(), strict=True))

    assert not any(map(near, empty))
    assert any(near(name) for dx in (-0.1, -0.05, 0.0, 0.05, 0.1) for name in bench.column(2, 10.0 + dx))
    bench.advance(100.0)
    assert not any(near(name) for t in range(75, 100) for name in bench.column(2, t))


def test_a_click_names_the_connection_and_below_the_last_lane_none(bench: Bench, qtbot: QtBot) -> None:
    picked: list[int] = []
    bench.lanes.picked.connect(picked.append)
    bench.lanes.resize(300, 5 * LANE_PX)
    for y in (1, LANE_PX - 1, LANE_PX, 3 * LANE_PX):
        qtbot.mouseClick(bench.lanes, Qt.MouseButton.LeftButton, pos=QPoint(50, y))
    assert picked == [2, 2, 3]


def test_lanes_of_the_run_before_are_empty_until_those_of_the_next_are_taken(bench: Bench) -> None:
    bench.model.reset(scripted.plan(1))
    assert bench.at(2, 5.0) == bench.colours.raised
    bench.lanes.set_connections(1)
    assert bench.lanes.rows == 0


def test_the_connection_above_has_no_lane(bench: Bench) -> None:
    bench.lanes.set_connections(2)
    assert [bench.lanes.conn_at(row * LANE_PX) for row in range(3)] == [1, 3, None]
    bench.lanes.set_connections(None)
    assert bench.lanes.rows == 3


def test_the_area_grows_with_the_connections_up_to_its_limit(qtbot: QtBot, theme: ThemeSource) -> None:
    model = RunModel()
    area = LaneArea(Lanes(theme, model, TimeWindow(), NAME_PX), rows_max=3)
    qtbot.addWidget(area)
    for connections, rows in ((2, 1), (9, 3)):
        model.reset(scripted.plan(connections))
        area.lanes.set_connections(1)
        area.fit()
        assert area.height() == rows * LANE_PX
        assert area.lanes.sizeHint().height() == (connections - 1) * LANE_PX
    model.reset(scripted.plan(1))
    area.lanes.set_connections(1)
    area.fit()
    assert area.isHidden()


def test_only_rows_in_view_are_painted(qtbot: QtBot, theme: ThemeSource, monkeypatch: pytest.MonkeyPatch) -> None:
    model = RunModel()
    model.reset(scripted.plan(1_000))
    lanes = Lanes(theme, model, TimeWindow(), NAME_PX)
    lanes.set_connections(1)
    area = LaneArea(lanes, rows_max=6)
    qtbot.addWidget(area)
    area.fit()
    area.resize(600, area.height())
    painted: list[int] = []
    monkeypatch.setattr(lanes, "_paint_lane", lambda _painter, conversation, *_: painted.append(conversation.conn))
    with qtbot.waitExposed(area):
        area.show()
    area.verticalScrollBar().setValue(500 * LANE_PX)
    QApplication.processEvents()
    painted.clear()
    lanes.advance(0.0, 5.0, PER_S)
    qtbot.waitUntil(lambda: bool(painted))
    assert len(painted) <= 8
    assert painted[0] == 502
