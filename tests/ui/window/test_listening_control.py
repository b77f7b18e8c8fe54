"""Listening in the real window: the connection that streams, the session afterwards, and its replay, by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from flux_desktop.audio.listening.tape import Segment
from flux_desktop.engine.recording.session_audio import read_session_audio
from flux_desktop.engine.supervision.supervisor import Supervisor
from flux_desktop.ui.models.listening import ListeningTrack
from flux_desktop.ui.models.run_phase import Origin
from flux_desktop.ui.window.listening_control import ListeningControl
from flux_desktop.ui.window.main_window import MainWindow
from tests.audio.virtual_microphone import missing_parts, virtual_microphone
from tests.ui.conftest import Stage, press_together, until
from tests.ui.models.presenter.comparisons import pair
from tests.ui.window.test_main_window_real import short_wav

__all__ = ["short_wav"]

needs_sound_server = pytest.mark.skipif(bool(missing_parts()), reason=f"not installed: {missing_parts()}")


@pytest.fixture
def sound_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with virtual_microphone(monkeypatch):
        yield


async def a_run(window: MainWindow, wav: Path) -> None:
    window.state.choices.connections = 1
    window.recordings.load(str(wav))
    await until(lambda: window.state.recording is not None, "the recording is read")
    window.starter.start()
    await until(lambda: window.state.run.phase == "running", "it streams")


def sounds(window: MainWindow) -> bool:
    """Whether the session is heard; it is played again where it has ended meanwhile."""
    if not window.sound.player.playing:
        window.sound.player.toggle()
    return window.state.listening.sounding


@needs_sound_server
def test_a_run_is_heard_while_it_streams_and_its_session_afterwards(
    stage: Stage, tmp_path: Path, short_wav: Path, sound_server: None
) -> None:
    async def live(window: MainWindow) -> None:
        listening, player = window.state.listening, window.sound.player
        window.state.choices.loop = True
        window.state.choices.duration_s = 0.0
        window.activateWindow()
        await until(window.isActiveWindow, "the window is active")
        press_together(window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
        assert listening.wanted
        await until(lambda: len(listening.outputs) > 0, "the outputs are listed")
        assert not window.tasks.running("listening"), "nothing streams yet"
        await a_run(window, short_wav)
        await until(lambda: listening.sounding and listening.behind_ms is not None, "it is heard")
        assert "in step" in window.live_page.sound_panel.listen.words.text()
        assert not player.usable, "a live run is not a session to be played"
        listening.toggle_mute()
        window.state.changed()
        assert window.live_page.sound_panel.listen.words.text() == "Muted."
        listening.toggle_mute()
        await until(lambda: window.state.run.sent_s() > 4.0, "some seconds were sent")
        window.controller.stop()
        await until(lambda: window.state.run.ended is not None, "the run has ended")
        await until(lambda: not window.tasks.running("listening"), "silence")

        QTest.keyClick(window, Qt.Key.Key_Space)
        assert player.playing
        await until(lambda: sounds(window), "the session is heard")
        if player.playing:
            QTest.keyClick(window, Qt.Key.Key_Space)
        assert not player.playing
        await until(lambda: not listening.sounding, "it is paused")
        window.live_page.transcripts.timeline.view.play_from.emit(1, 1.0)
        assert player.playing
        player.toggle()
        position_s = player.position_s(1)
        assert position_s is not None
        assert position_s >= 1.0
        QTest.keyClick(window, Qt.Key.Key_BracketLeft)
        assert (player.position_s(1) or 0.0) < position_s
        player.toggle()
        player.seek_by(1000.0)
        await until(lambda: not player.playing, "it pauses at its end")

        folder = window.controller.session_folder
        assert folder is not None
        audio = read_session_audio(folder)
        segments = audio.segments(1)
        assert isinstance(segments, list)
        assert [segment.path for segment in segments] == [str(short_wav)]
        assert audio.started_t(1) == pytest.approx(window.state.run.conversation(1).audio_from_s)

        window.transcripts.replay(1.0)
        await until(lambda: window.state.run.active and window.state.run.origin is Origin.REPLAY, "the replay")
        QTest.keyClick(window, Qt.Key.Key_Space)
        assert not player.playing
        await until(lambda: window.sound.listener.ready, "the output is open")
        QTest.keyClick(window, Qt.Key.Key_Left)
        QTest.keyClick(window, Qt.Key.Key_Space)
        await until(lambda: listening.sounding or window.state.run.ended is not None, "the replay is heard")
        QTest.keyClick(window, Qt.Key.Key_Right)
        window.controller.stop()
        await until(lambda: window.state.run.ended is not None, "it has ended")

    stage(lambda sink: Supervisor(sink, sessions_dir=tmp_path), live)


def test_a_file_that_has_changed_since_is_not_played(stage: Stage, tmp_path: Path, short_wav: Path) -> None:
    async def live(window: MainWindow) -> None:
        listening = window.state.listening
        await a_run(window, short_wav)
        window.controller.stop()
        await until(lambda: window.state.run.ended is not None, "the run has ended")
        with short_wav.open("r+b") as file:
            file.seek(2000)
            file.write(b"changed")
        window.sound.player.toggle()
        await until(lambda: listening.problem is not None, "it is said")
        assert listening.problem is not None
        assert listening.problem.code == "session_audio_changed"
        assert "no longer the file" in window.live_page.sound_panel.listen.words.text()
        assert not window.tasks.running("listening")

    stage(lambda sink: Supervisor(sink, sessions_dir=tmp_path), live)


def test_without_a_session_keys_play_nothing(stage: Stage, tmp_path: Path) -> None:
    async def live(window: MainWindow) -> None:
        assert isinstance(window.sound, ListeningControl)
        for key in (Qt.Key.Key_Space, Qt.Key.Key_Left, Qt.Key.Key_BracketRight):
            QTest.keyClick(window, key)
        assert not window.sound.active
        assert window.sound.player.position_s() is None

    stage(lambda sink: Supervisor(sink, sessions_dir=tmp_path), live)


def test_a_comparison_that_is_presented_comes_before_anything_else(stage: Stage, tmp_path: Path) -> None:
    async def live(window: MainWindow) -> None:
        asked: list[ListeningTrack | None] = []
        window.sound.listener.update = asked.append  # type: ignore[method-assign]
        window.toggle_presenter()
        window.presenter.set_pairs([replace(pair(), audio=(Segment(path="a.wav", at_s=0.0),))])
        QTest.keyClick(window.presenter, Qt.Key.Key_A)
        QTest.keyClick(window.presenter, Qt.Key.Key_Space)
        assert asked[-1] is not None
        assert asked[-1].zero_s is None, "it is paused"
        QTest.keyClick(window.presenter, Qt.Key.Key_Space)
        assert asked[-1].zero_s is not None
        window.presenter.set_pairs([pair()])
        window.state.changed()
        assert asked[-1] is None, "a file that has changed is not heard"
        window.presenting.leave()
        assert asked[-1] is None

    stage(lambda sink: Supervisor(sink, sessions_dir=tmp_path), live)
