"""The run that was cut off, as the next start of the window offers it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from flux_desktop.ui.window.main_window import MainWindow
from flux_desktop.ui.window.recovery import offer_unfinished
from tests.ui.conftest import Stage, until
from tests.ui.scripted_engines import Waiting
from tests.ui.services.test_past_run import record
from tests.waiting import PATIENCE_S


@pytest.mark.parametrize("choice", ["Open", "Dismiss"])
def test_it_is_offered_once_and_opened_where_wanted(stage: Stage, tmp_path: Path, choice: str) -> None:
    record(tmp_path / "2026-11-23_14-02-00", whole=False)

    async def live(window: MainWindow) -> None:
        await offer_unfinished(window.live_page.banners, window.transcripts, tmp_path)
        (banner,) = window.live_page.banners.banners()
        assert banner.problem.code == "session_unfinished"
        assert "The run on local started on 2026-11-23 at " in banner.problem.what
        banner.buttons[choice].click()
        if choice == "Open":
            await until(lambda: window.state.run.ended is not None, "the recording is shown")
            assert window.state.run.conversation(1).transcript()[0].lower().startswith("and mr. john dashwood")
        else:
            assert not window.live_page.banners.banners()
        before = len(window.live_page.banners.banners())
        await offer_unfinished(window.live_page.banners, window.transcripts, tmp_path)
        assert len(window.live_page.banners.banners()) == before, "it is not offered again"

    stage(Waiting, live)


def test_it_is_offered_again_where_the_banner_was_only_closed(stage: Stage, tmp_path: Path) -> None:
    record(tmp_path / "2026-11-23_14-02-00", whole=False)

    async def live(window: MainWindow) -> None:
        for _ in range(2):
            await offer_unfinished(window.live_page.banners, window.transcripts, tmp_path)
            (banner,) = window.live_page.banners.banners()
            banner.close_button.click()
            await asyncio.sleep(0)

    stage(Waiting, live)


START = """
import sys
from flux_desktop.ui.app import app
from flux_desktop.ui.window import recovery
from flux_desktop.ui.widgets.banner import BannerStack
shown = BannerStack.show_problem
def show_problem(stack, problem, *rest):
    shown(stack, problem, *rest)
    if problem.code == "session_unfinished":
        print("offered", flush=True)
        stack.window().close()
BannerStack.show_problem = show_problem
sys.exit(app.main([]))
"""


def test_a_start_of_the_program_looks_for_it(tmp_path: Path) -> None:
    sessions = tmp_path / "flux-desktop" / "sessions"
    sessions.mkdir(parents=True)
    record(sessions / "2026-11-23_14-02-00", whole=False)
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "XDG_DATA_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", START], env=environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    assert (done.returncode, done.stdout) == (0, "offered\n"), done.stderr
