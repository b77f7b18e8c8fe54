"""Faults around a real run: the window lives on and says what happened."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from flux_desktop.engine.recording import run_recording
from flux_desktop.engine.records.events import RunEnded
from flux_desktop.engine.records.plan import RunPlan
from flux_desktop.engine.supervision import supervisor
from flux_desktop.engine.supervision.supervisor import Supervisor
from flux_desktop.ui.window.main_window import MainWindow
from tests.ui.conftest import Stage, until


class WithFault(Supervisor):
    """Runs on a built-in endpoint that misbehaves on purpose."""

    async def run(self, plan: RunPlan) -> RunEnded:
        """As the supervisor, with a fault."""
        return await super().run(msgspec.structs.replace(plan, local_arguments=("--fault", "expired-token")))


def told(window: MainWindow) -> str:
    """All that the banners say."""
    return " ".join(banner.problem.sentence() for banner in window.live_page.banners.banners())


def test_expired_credentials_are_told_with_what_to_do(stage: Stage, tmp_path: Path) -> None:
    async def live(window: MainWindow) -> None:
        window.recordings.load_sample()
        await until(lambda: window.state.recording is not None, "the sample is read")
        window.starter.start()
        await until(lambda: window.state.run.ended is not None, "the run has ended")
        await until(lambda: bool(window.live_page.banners.banners()), "it is shown")
        assert "credentials have expired" in told(window)
        assert "Sign in again" in told(window)
        await until(lambda: window.live_page.run_bar.start_button.isEnabled(), "Start is free again")

    stage(lambda sink: WithFault(sink, sessions_dir=tmp_path), live)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_ends_the_recording_and_not_the_run(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Both the supervisor's and the worker's own file stand for a disk without room.
    monkeypatch.setattr(run_recording, "RUN_FILE", "/dev/full")
    monkeypatch.setattr(supervisor, "worker_file", lambda _number: "/dev/full")

    async def live(window: MainWindow) -> None:
        window.recordings.load_sample()
        await until(lambda: window.state.recording is not None, "the sample is read")
        window.live_page.run_bar.duration.setValue(3)
        window.starter.start()
        await until(lambda: "no longer being recorded" in told(window), "it is shown")
        assert "No space left on device" in told(window)
        await until(lambda: window.state.run.ended is not None, "the run has ended")
        assert window.state.run.ended is not None
        assert window.state.run.ended.ledger["completed"] == 2
        assert window.state.run.conversation(1).transcript()
        elsewhere = tmp_path / "elsewhere.txt"
        window.transcripts.save_transcripts([1], "txt", elsewhere)
        await until(elsewhere.exists, "what is in memory is saved elsewhere")
        assert window.state.run.conversation(1).transcript()[0] in elsewhere.read_text("utf-8")

    stage(lambda sink: Supervisor(sink, sessions_dir=tmp_path), live)


@pytest.mark.parametrize("suffix", ["png", "csv"])
def test_a_plot_is_saved_whole_or_its_line_says_why_not(stage: Stage, tmp_path: Path, suffix: str) -> None:
    async def live(window: MainWindow) -> None:
        await until(lambda: len(window.live_page.plots.plots) > 0, "the plots are there")
        plot = window.live_page.plots.plots[0]
        plot.save(tmp_path / f"plot.{suffix}")
        assert os.listdir(tmp_path) == [f"plot.{suffix}"]
        assert (tmp_path / f"plot.{suffix}").stat().st_size
        plot.save(tmp_path / "missing" / f"plot.{suffix}")
        assert "cannot be written" in plot.footer.text()

    stage(lambda sink: Supervisor(sink, sessions_dir=tmp_path), live)
