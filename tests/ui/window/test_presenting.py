"""The presenter view in the window, on a second screen, and with what it reads from files."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from flux_desktop.base.problem import ProblemError
from flux_desktop.engine.recording.session_folder import RUN_FILE
from flux_desktop.engine.records.audio_events import AudioFile, AudioStarted, ClipAhead, ClipStarted
from flux_desktop.engine.records.events import ConnectionEnded, Event, RunStarted, encode_event
from flux_desktop.engine.records.facts import ConnectionSummary, LedgerClass
from flux_desktop.engine.records.plan import DataSetSource
from flux_desktop.ui.models.presenter.keys import View
from flux_desktop.ui.models.sound import WavShape
from flux_desktop.ui.window import presenting
from flux_desktop.ui.window.main_window import MainWindow
from flux_desktop.ui.window.presenting import motion_wanted, plan_of, read_pairs, second_screen
from tests.experiments.test_read_traces import data_set, info, session
from tests.ui import scripted
from tests.ui.conftest import Stage, until
from tests.ui.models.presenter.comparisons import A, B, pair, plan
from tests.ui.scripted_engines import Waiting, replaying
from tests.waiting import PATIENCE_S

__all__ = ["data_set"]


def test_on_a_second_screen_it_is_a_window_of_its_own_and_the_page_stays(stage: Stage) -> None:
    async def live(window: MainWindow) -> None:
        for event in scripted.scripted_run(2):
            window.state.run.feed(event)
        window.presenting.toggle_second_screen()
        presenter = window.presenter
        assert presenter.isWindow()
        assert presenter.isVisible()
        assert window.presenting.pages.currentWidget() is window.frame
        assert window.menuBar().isVisible()
        QTest.keyClick(presenter, Qt.Key.Key_T)
        assert presenter.tiles.isVisible()
        QTest.keyClick(presenter, Qt.Key.Key_Escape)
        QTest.keyClick(presenter, Qt.Key.Key_Escape)
        assert not window.state.presenting
        assert not presenter.isWindow()
        window.presenting.toggle()
        assert window.presenting.pages.currentWidget() is presenter
        window.presenting.toggle_second_screen()
        assert presenter.isWindow()
        window.presenting.toggle_second_screen()
        assert not window.state.presenting

    stage(replaying([]), live)


def test_a_recording_that_is_loaded_meanwhile_leaves_it_the_keys(stage: Stage) -> None:
    async def live(window: MainWindow) -> None:
        window.toggle_presenter()
        window.state.recording = WavShape(Path("a.wav"), 1.0, 16_000, 1, np.zeros(10))
        window.state.changed()
        assert window.focusWidget() is window.presenter

    stage(Waiting, live)


def test_esc_goes_back_within_the_presenter_before_it_leaves(stage: Stage) -> None:
    async def live(window: MainWindow) -> None:
        escape = next(action for action in window.actions() if action.shortcut().toString() == "Esc")
        window.toggle_presenter()
        QTest.keyClick(window.presenter, Qt.Key.Key_T)
        escape.trigger()
        assert (window.presenter.choice.view, window.state.presenting) == (View.MAIN, True)
        escape.trigger()
        assert not window.state.presenting
        escape.trigger()
        assert not window.state.presenting, "it does nothing on a page"

    stage(Waiting, live)


def test_shapes_of_clips_are_read_while_it_is_shown(stage: Stage, tmp_path: Path) -> None:
    async def live(window: MainWindow) -> None:
        window.toggle_presenter()
        shapes = window.presenter.shapes
        assert shapes.height_at(str(tmp_path / "gone.wav"), 0.0, 1.0) is None
        window.clock.wake()
        await until(lambda: not shapes.wanted, "the clip was looked at")
        window.presenting.leave()

    stage(Waiting, live)


def test_a_recorded_comparison_is_played_as_a_and_b(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stands_still = threading.Event()
    monkeypatch.setattr(presenting, "read_pairs", lambda folder, against: [pair()] * stands_still.wait(PATIENCE_S))
    started = RunStarted(t=0.0, wall_time="", plan=plan(), version="test")
    events = [started, *(event for event in scripted.scripted_run(4) if not isinstance(event, RunStarted))]
    (tmp_path / RUN_FILE).write_bytes(b"".join(map(encode_event, events)))

    async def live(window: MainWindow) -> None:
        window.toggle_presenter()
        await window.presenting.open([tmp_path], window.transcripts.open_session)
        await until(lambda: not window.clock.ticking, "the window's clock stands still after the run")
        stands_still.set()
        await until(lambda: window.presenter.player is not None, "both arms have been read")
        await until(lambda: window.clock.ticking, "the window's clock goes on, with sound and waveform")
        assert window.presenter.split.isVisible()
        assert window.presenting.moves
        window.presenting.leave()
        assert not window.presenting.moves

    stage(Waiting, live)


def test_an_ordinary_session_is_replayed_at_its_own_speed(stage: Stage, tmp_path: Path) -> None:
    started = RunStarted(t=0.0, wall_time="", plan=scripted.plan(1), version="test")
    (tmp_path / RUN_FILE).write_bytes(encode_event(started))

    async def live(window: MainWindow) -> None:
        asked: list[tuple[Path, float]] = []
        said: list[str] = []
        window.state.listen(lambda: said.append(window.state.reading))
        await window.presenting.open([tmp_path], lambda folder, speed: asked.append((folder, speed)))
        assert asked == [(tmp_path, 1.0)]
        assert said[0] == tmp_path.name, "nothing is ready to be started while it is read"

    stage(Waiting, live)


def test_a_folder_without_a_run_is_reported(tmp_path: Path) -> None:
    with pytest.raises(ProblemError):
        plan_of(tmp_path)


def test_the_second_screen_is_one_without_the_window() -> None:
    own, other = object(), object()
    assert second_screen(own, [own]) is None  # type: ignore[arg-type, list-item]
    assert second_screen(own, [own, other]) is other  # type: ignore[arg-type, list-item]


def test_things_move_unless_the_system_reduces_motion(qapp: object) -> None:
    assert motion_wanted()


def test_both_arms_of_a_session_are_read_with_what_can_be_heard(tmp_path: Path, data_set: Path) -> None:
    clip = str(data_set.parent / "a.wav")
    events: list[Event] = []
    for conn in (1, 2):
        summary = ConnectionSummary(conn=conn, ledger=LedgerClass.COMPLETED)
        events += [
            AudioStarted(t=0.0, conn=conn, monotonic_s=0.0),
            ClipAhead(t=0.0, conn=conn, clip=clip, audio_s=0.0, length_s=1.0),
            ClipStarted(t=0.0, conn=conn, clip=clip, audio_s=0.0),
            replace(info(1.4, 0.9, event="EndOfTurn", request=str(conn)), conn=conn),
            ConnectionEnded(t=9.0, summary=summary),
        ]
    sha256 = hashlib.sha256(Path(clip).read_bytes()).hexdigest()
    source = DataSetSource(path=str(data_set), entries=(0, 0))
    folder = session(tmp_path / "run", source, *events, AudioFile(t=0.0, path=clip, sha256=sha256), variants=(A, B))
    (recorded_pair,) = read_pairs(folder)
    assert (recorded_pair.a.trace.setting.eot, recorded_pair.b.trace.setting.eot) == (0.5, 0.8)
    assert [segment.path for segment in recorded_pair.audio] == [clip]
    (recorded_pair,) = read_pairs(folder, folder)
    assert recorded_pair.b.endpoint == "local"
    Path(clip).write_bytes(b"changed since")
    (recorded_pair,) = read_pairs(folder)
    assert recorded_pair.audio == (), "it is no longer what was sent"
