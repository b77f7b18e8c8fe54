"""The timeline of a run: it moves while a run is in progress, and stands still otherwise."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from flux_desktop.ui.models.audio_track import AudioTrack
from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.models.run_phase import RunPhase
from flux_desktop.ui.panels.timeline_panel import COARSE_MS, ROOMY_FROM_PX, SMOOTH_MS, SMOOTH_UP_TO, TimelinePanel
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.views.lanes import LANE_PX
from tests.ui import scripted
from tests.ui.timelines import ORIGIN_S, one_turn, track


@pytest.fixture
def panel(qtbot: QtBot, theme: ThemeSource) -> Iterator[TimelinePanel]:
    panel = TimelinePanel(theme, RunModel())
    qtbot.addWidget(panel)
    panel.resize(600, 260)
    panel.show()
    yield panel
    panel.hide()


def run(panel: TimelinePanel, connections: int, phase: RunPhase = RunPhase.ENDED) -> RunModel:
    model = panel._model
    model.reset(scripted.plan(connections))
    model.phase = phase
    for conversation in model.conversations.values():
        one_turn(conversation)
        conversation.timeline.position_s = 8.0
    model.now_s = ORIGIN_S + 8.0
    panel.refresh()
    return model


def test_it_moves_only_while_a_run_is_in_progress_and_it_is_seen(panel: TimelinePanel) -> None:
    model = run(panel, 2)
    assert not panel._timer.isActive()
    model.phase = RunPhase.RUNNING
    panel.refresh()
    assert (panel._timer.isActive(), panel._timer.interval()) == (True, SMOOTH_MS)
    panel.hide()
    assert not panel._timer.isActive()
    panel.show()
    assert panel._timer.isActive()
    model.phase = RunPhase.ENDED
    panel.refresh()
    assert not panel._timer.isActive()


def test_what_is_seen_of_a_past_run_is_asked_for_once(panel: TimelinePanel) -> None:
    asked: list[int] = []
    panel.looked_at.connect(asked.append)
    panel.resize(600, ROOMY_FROM_PX)
    panel.set_room(ROOMY_FROM_PX)
    model = run(panel, 50)
    assert asked == []
    model.unread = set(range(1, 51)) - {3}
    panel.refresh()
    assert asked == [1, 2, 4, 5, 6, 7], "the front one, and those whose lanes are in view"
    panel.refresh()
    assert len(asked) == 6
    panel.area.verticalScrollBar().setValue(20 * LANE_PX)
    assert asked[6:] == [22, 23, 24, 25, 26, 27]


def test_many_connections_are_painted_less_often(panel: TimelinePanel) -> None:
    run(panel, SMOOTH_UP_TO + 1, RunPhase.RUNNING)
    assert panel._timer.interval() == COARSE_MS


def test_a_run_that_has_ended_is_painted_after_changes_only(panel: TimelinePanel) -> None:
    model = run(panel, 2)
    frames = panel.frames
    panel.refresh()
    panel.refresh()
    assert panel.frames == frames
    model.revision += 1
    panel.refresh()
    assert panel.frames == frames + 1


def test_levels_that_were_read_are_painted(panel: TimelinePanel) -> None:
    known: dict[int, AudioTrack] = {}
    panel.tracks = known.get
    run(panel, 2)
    frames = panel.frames
    known[1] = track((1.0, 2.0))
    panel.refresh()
    assert panel.frames == frames + 1
    assert panel.view._track is known[1]


def test_a_run_that_has_ended_shows_its_end(panel: TimelinePanel) -> None:
    run(panel, 1)
    assert panel.view.window_s.newest_s == 8.0
    assert panel.area.isHidden(), "there is no other connection"


def test_another_run_follows_again(panel: TimelinePanel) -> None:
    run(panel, 2)
    panel.view.window_s.zoom(5.0)
    panel.view._scroll(-3.0)
    assert not panel.follow_button.isChecked()
    run(panel, 3)
    assert panel.view.window_s.follows
    assert panel.area.height() == 2 * LANE_PX


def test_follow_and_zoom_have_buttons(panel: TimelinePanel) -> None:
    run(panel, 2)
    panel.in_button.click()
    assert panel.span.text() == "8 s"
    panel.out_button.click()
    panel.out_button.click()
    assert panel.span.text() == "12.5 s"
    panel.view.zoom(-19)
    assert panel.span.text() == "14.5 min"
    assert panel.span.sizeHint().width() <= panel.span.width(), "all of it is seen"
    panel.view.zoom(19)
    panel.view.window_s.zoom(5.0)
    panel.view._scroll(-2.0)
    panel.follow_button.click()
    assert panel.view.window_s.follows
    panel.follow_button.click()
    assert not panel.view.window_s.follows


def test_without_height_confidence_and_lanes_give_way(panel: TimelinePanel) -> None:
    run(panel, 3)
    full = panel.view.sizeHint().height()
    panel.set_room(ROOMY_FROM_PX - 1)
    assert panel.area.isHidden()
    assert panel.view.sizeHint().height() < full
    panel.set_room(ROOMY_FROM_PX)
    assert not panel.area.isHidden()


def test_the_connection_in_front_stays_while_it_exists(panel: TimelinePanel) -> None:
    run(panel, 3)
    panel.set_front(3)
    assert panel.view.accessibleName() == "Timeline of connection 3"
    run(panel, 2)
    assert panel.view.accessibleName() == "Timeline of connection 1"


def test_the_key_has_a_line_of_its_own_where_the_heading_leaves_no_room(panel: TimelinePanel) -> None:
    panel.resize(500, 260)
    assert [key.isHidden() for key in panel.keys] == [True, False]
    panel.resize(900, 260)
    assert [key.isHidden() for key in panel.keys] == [False, True]
