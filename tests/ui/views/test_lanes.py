"""Turns over time: which lane is painted where, in which colour, and which one was clicked."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from flux_desktop.engine.records.events import Snapshot
from flux_desktop.ui.models.conversation import LaneSpan
from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.views.lanes import BAR_PX, LANE_PX, NAME_PX, WINDOW_S, LaneArea, LaneAxis, LaneKey, Lanes, ticks
from tests.ui import scripted

PER_S = 20


class Bench:
    """Lanes of 20 px a second."""

    def __init__(self, qtbot: QtBot, theme: ThemeSource, connections: int) -> None:
        self.model = RunModel()
        self.model.reset(scripted.plan(connections))
        self.lanes = Lanes(theme, self.model)
        self.colours = theme.current
        qtbot.addWidget(self.lanes)
        self.lanes.resize(NAME_PX + round(WINDOW_S * PER_S), connections * LANE_PX)

    def spans(self, conn: int, *spans: tuple[str, float, float | None]) -> None:
        self.model.conversation(conn).lane.extend(LaneSpan(*span) for span in spans)

    def at(self, conn: int, t: float) -> str:
        """The colour of a connection's bar at a second of the run; the newest one is at the right end."""
        x = NAME_PX + (t - max(WINDOW_S, self.model.now_s) + WINDOW_S) * PER_S
        y = (conn - 1) * LANE_PX + LANE_PX // 2
        return self.lanes.grab().toImage().pixelColor(round(x), y).name()


@pytest.fixture
def bench(qtbot: QtBot, theme: ThemeSource) -> Bench:
    return Bench(qtbot, theme, 2)


def test_each_state_has_its_colour_in_its_connection_s_lane(bench: Bench) -> None:
    bench.model.now_s = 30.0
    bench.spans(2, ("Ready", 0.0, 5.0), ("Speaking", 5.0, 10.0), ("AwaitingEnd", 10.0, 12.0), ("Ready", 12.0, 30.0))
    colours = bench.colours
    assert [bench.at(2, t) for t in (2.0, 7.0, 11.0, 20.0)] == [
        colours.raised,
        colours.ok_soft,
        colours.eager,
        colours.raised,
    ]
    assert bench.at(2, 12.0) == colours.text, "the end of a turn is marked"
    assert bench.at(2, 0.5) == colours.raised, "a run does not begin with the end of a turn"
    assert bench.at(1, 7.0) == colours.raised


def test_a_span_that_lasts_reaches_to_the_present(bench: Bench) -> None:
    bench.model.now_s = 10.0
    bench.spans(1, ("Speaking", 5.0, None))
    assert bench.at(1, 9.5) == bench.colours.ok_soft
    assert bench.at(1, 10.5) == bench.colours.raised


def test_old_spans_leave_at_the_left(bench: Bench) -> None:
    bench.model.now_s = 60.0
    bench.spans(1, ("Speaking", 10.0, 29.0), ("Speaking", 40.0, 45.0))
    assert bench.at(1, 31.0) == bench.colours.raised
    assert bench.at(1, 42.0) == bench.colours.ok_soft


def test_a_short_wait_for_the_end_is_still_seen(bench: Bench) -> None:
    bench.model.now_s = 30.0
    bench.spans(1, ("AwaitingEnd", 10.0, 10.01))
    assert bench.at(1, 10.05) == bench.colours.eager


@pytest.mark.parametrize(("marks", "token"), [("eager_marks", "eager"), ("resumed_marks", "warn")])
def test_marks_stand_on_the_upper_edge_while_they_are_in_view(bench: Bench, marks: str, token: str) -> None:
    def shown() -> bool:
        image = bench.lanes.grab().toImage()
        y = (LANE_PX - BAR_PX) // 2
        return getattr(bench.colours, token) in {image.pixelColor(x, y).name() for x in range(NAME_PX, image.width())}

    bench.model.now_s = 30.0
    assert not shown()
    getattr(bench.model.conversation(1), marks).append(10.0)
    assert shown()
    bench.model.now_s = 50.0
    assert not shown()


def test_a_click_names_the_connection_and_below_the_last_lane_none(bench: Bench, qtbot: QtBot) -> None:
    picked: list[int] = []
    bench.lanes.picked.connect(picked.append)
    bench.lanes.resize(300, 5 * LANE_PX)
    for y in (1, LANE_PX - 1, LANE_PX, 3 * LANE_PX):
        qtbot.mouseClick(bench.lanes, Qt.MouseButton.LeftButton, pos=QPoint(50, y))
    assert picked == [1, 1, 2]


def test_the_area_grows_with_the_connections_up_to_its_limit(qtbot: QtBot, theme: ThemeSource) -> None:
    model = RunModel()
    area = LaneArea(theme, model, rows_max=3)
    qtbot.addWidget(area)
    for connections, rows in ((0, 1), (2, 2), (9, 3)):
        model.reset(scripted.plan(connections) if connections else None)
        area.refresh()
        assert area.height() == rows * LANE_PX
        assert area.lanes.sizeHint().height() == max(1, connections) * LANE_PX


def test_it_is_painted_again_only_after_a_change(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    updates: list[None] = []
    monkeypatch.setattr(bench.lanes, "update", lambda: updates.append(None))
    bench.lanes.refresh()
    bench.lanes.refresh()
    assert len(updates) == 1
    bench.model.feed(Snapshot(t=1.0, ledger={}))
    bench.lanes.refresh()
    bench.model.reset(scripted.plan(1))
    bench.lanes.refresh()
    assert len(updates) == 3


def test_the_key_has_room_for_all_its_words_and_shows_each_colour(qtbot: QtBot, theme: ThemeSource) -> None:
    key = LaneKey(theme)
    qtbot.addWidget(key)
    key.resize(key.sizeHint())
    image = key.grab().toImage()
    painted = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
    colours = theme.current
    assert {colours.ok_soft, colours.eager, colours.text, colours.warn} <= painted
    last = {image.pixelColor(x, y).name() for x in range(image.width() - 26, image.width()) for y in range(16)}
    assert len(last) > 1, "the last word is not cut off"


def test_gaps_and_failures_are_marked(bench: Bench) -> None:
    bench.model.now_s = 30.0
    bench.model.conversation(1).gap_marks.append(5.0)
    bench.model.conversation(2).failed_at_s = 12.0
    assert bench.at(1, 5.0) == bench.colours.warn
    assert bench.at(2, 12.0) == bench.colours.danger
    assert bench.at(1, 12.0) == bench.colours.raised


def test_the_axis_names_the_seconds_that_are_in_view() -> None:
    assert ticks(0.0) == [0.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0]
    assert ticks(62.0) == [35.0, 40.0, 45.0, 50.0, 55.0, 60.0]


def test_the_axis_is_written_under_the_lanes(qtbot: QtBot, theme: ThemeSource) -> None:
    axis = LaneAxis(theme, RunModel())
    qtbot.addWidget(axis)
    axis.resize(NAME_PX + 600, axis.height())
    picture = axis.grab().toImage()
    ground = picture.pixel(0, 0)

    def written(x: int) -> bool:
        columns = range(x - 12, x + 12)
        return any(picture.pixel(column, y) != ground for column in columns for y in range(axis.height()))

    assert written(NAME_PX + 200), "10 s"
    assert not written(NAME_PX + 250)
