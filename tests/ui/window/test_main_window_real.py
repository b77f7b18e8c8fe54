"""The real window, the real supervisor, the real worker and the real local endpoint."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
import wave
from pathlib import Path
from types import SimpleNamespace

import pytest

from flux_desktop.base.resources import resource_path
from flux_desktop.engine.recording.session_folder import has_recording, run_end
from flux_desktop.engine.recording.unfinished import newest_unfinished
from flux_desktop.engine.supervision.supervisor import Supervisor
from flux_desktop.ui.services import heartbeat
from flux_desktop.ui.window.main_window import MainWindow
from tests.ui.conftest import Stage, until
from tests.waiting import PATIENCE_S

FIRST_TURN = "And Mr. John Dashwood had then leisure"


@pytest.fixture
def short_wav(tmp_path: Path) -> Path:
    """The beginning of the sample's first sentence: a few words in 3 s."""
    path = tmp_path / "first.wav"
    with (
        wave.open(str(resource_path("sample_audio/conversation.wav")), "rb") as source,
        wave.open(str(path), "wb") as to,
    ):
        to.setparams(source.getparams())
        to.writeframes(source.readframes(round(3.0 * source.getframerate())))
    return path


def test_a_real_run_shows_words_and_answers_all_the_while(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Stalls by the processor's time of the window's own thread: the machine may be busy with other things.
    monkeypatch.setattr(heartbeat, "time", SimpleNamespace(monotonic=time.thread_time))

    async def live(window: MainWindow) -> None:
        window.recordings.load_sample()
        await until(lambda: window.state.recording is not None, "the sample is read")
        window.live_page.run_bar.duration.setValue(8)
        window.heartbeat.start()
        window.starter.start()
        await until(lambda: any(card.text for card in window.state.run.conversation(1).cards), "words")
        await until(lambda: window.state.run.ended is not None, "the run has ended")
        stalls = window.heartbeat.stalls()
        print(f"stalls p99 {stalls.p99_ms:.1f} ms, max {stalls.max_ms:.0f} ms, n {stalls.n}")
        assert stalls.p99_ms is not None
        assert stalls.p99_ms < 100
        for conn in (1, 2):
            assert window.state.run.conversation(conn).transcript()[0].startswith(FIRST_TURN)
        assert "2 completed" in window.live_page.status.main.full_text()
        assert "use its words" in window.live_page.endpoint_panel.speech.toolTip()
        folder = window.controller.session_folder
        assert folder is not None
        assert has_recording(folder)

    stage(lambda sink: Supervisor(sink, sessions_dir=tmp_path), live)


@pytest.mark.parametrize("moment", ["starting", "streaming"])
def test_the_window_closes_in_every_state_of_a_real_run(stage: Stage, tmp_path: Path, moment: str) -> None:
    async def live(window: MainWindow) -> None:
        window.recordings.load_sample()
        await until(lambda: window.state.recording is not None, "the sample is read")
        window.starter.start()
        if moment == "streaming":
            await until(lambda: window.state.run.phase == "running", "the streams are open")
        else:
            await until(lambda: bool(window.tasks.running("run")), "the run has begun")
            await asyncio.sleep(0)
        closed = asyncio.Event()
        window.closed.connect(closed.set)
        window.close()
        await closed.wait()

    stage(lambda sink: Supervisor(sink, sessions_dir=tmp_path), live)
    assert newest_unfinished(tmp_path) is None, "a run that was closed with its window is no run that was cut off"
    if moment == "streaming":
        (folder,) = (each for each in tmp_path.iterdir() if has_recording(each))
        ended = run_end(folder)
        assert ended is not None
        assert ended.interrupted
        assert ended.ledger["not started"] < 2, "what its connections were doing is recorded"


@pytest.mark.parametrize("victim", ["flux_desktop.local_endpoint", "flux_desktop.engine.worker.worker"])
def test_a_process_killed_in_mid_run_is_told_and_the_window_lives(stage: Stage, tmp_path: Path, victim: str) -> None:
    async def live(window: MainWindow) -> None:
        window.recordings.load_sample()
        await until(lambda: window.state.recording is not None, "the sample is read")
        others = set(children(victim))  # such as the endpoint that a session's tests share
        window.starter.start()
        await until(lambda: any(card.text for card in window.state.run.conversation(1).cards), "words")
        victims = set(children(victim)) - others
        helpers = [helper for pid in victims for helper in children("", pid)]
        for pid in victims:
            os.kill(pid, signal.SIGKILL)
        await until(lambda: window.state.run.ended is not None, "the run has ended")
        assert window.state.run.ended is not None
        assert window.state.run.ended.ledger.get("completed", 0) == 0
        assert any(window.state.run.conversation(1).transcript()), "what was heard is kept"
        sentences = [banner.problem.sentence() for banner in window.live_page.banners.banners()]
        assert "0 of 2 connections completed." in sentences[0]
        assert sentences[0].startswith("INVALID") is victim.endswith("worker"), (
            "without its engine a run proves nothing"
        )
        assert "lost" in sentences[0] or "ended unexpectedly" in sentences[0]
        assert not any("Traceback" in line or "Error:" in line for line in sentences)
        await until(lambda: window.live_page.run_bar.start_button.isEnabled(), "Start is free again")
        # The victim's own helpers hold its pipes until they have noticed.
        await until(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in helpers), "its helpers have left")
        print(sentences, [conversation.cards[-1].text for conversation in window.state.run.conversations.values()])

    stage(lambda sink: Supervisor(sink, sessions_dir=tmp_path), live)


def test_a_recording_deleted_after_it_was_chosen_is_told(stage: Stage, short_wav: Path, tmp_path: Path) -> None:
    async def live(window: MainWindow) -> None:
        window.recordings.load(str(short_wav))
        await until(lambda: window.state.recording is not None, "the file is read")
        os.remove(short_wav)
        window.starter.start()
        await until(lambda: window.state.run.ended is not None, "the run has ended")
        await until(lambda: bool(window.live_page.banners.banners()), "it is shown")
        assert "first.wav" in window.live_page.banners.banners()[0].problem.sentence()

    stage(lambda sink: Supervisor(sink, sessions_dir=tmp_path), live)


def test_a_folder_that_cannot_be_written_does_not_stop_the_run(stage: Stage, tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("no folder")

    async def live(window: MainWindow) -> None:
        window.recordings.load_sample()
        await until(lambda: window.state.recording is not None, "the sample is read")
        window.live_page.run_bar.duration.setValue(2)
        window.starter.start()
        await until(lambda: window.state.run.ended is not None, "the run has ended")
        sentences = [banner.problem.what for banner in window.live_page.banners.banners()]
        assert any("not being recorded" in line for line in sentences), sentences

    stage(lambda sink: Supervisor(sink, sessions_dir=in_the_way), live)


def children(module: str, parent: int | str = "self") -> list[int]:
    """Process ids of a process's own children that run a module of ours; with no module all of them."""
    pids = []
    for listing in Path(f"/proc/{parent}/task").glob("*/children"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # a thread or a process that ends meanwhile
            for pid in listing.read_text().split():
                if not module or module.encode() in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0"):
                    pids.append(int(pid))
    return pids


def test_without_a_display_the_window_says_so() -> None:
    environment = {k: v for k, v in os.environ.items() if k not in {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}}
    command = [sys.executable, "-m", "flux_desktop.ui.app.app"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 2
    assert "no display is set" in done.stderr


def test_version_and_help_need_no_qt() -> None:
    probe = (
        "import sys; from flux_desktop.ui.app import app\n"
        "try: app.main(['--version'])\n"
        "except SystemExit: pass\n"
        "assert not any(name.startswith(('PySide6', 'numpy', 'boto3')) for name in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("flux-desktop ")


def test_a_demo_that_cannot_start_says_why_and_ends(tmp_path: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if k not in {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}}
    command = [sys.executable, "-m", "flux_desktop.ui.app.app", "--demo", "--wav", str(tmp_path / "gone.wav")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 1, done.stderr
    assert "gone.wav does not exist" in done.stdout
