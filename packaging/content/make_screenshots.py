"""Renders the pictures of README and docs into resources/screenshots/, from real runs on the built-in endpoint.

Usage: python packaging/content/make_screenshots.py [NAME …]     (default: all)

Each image is rendered off-screen by a separate process with a private home, without the settings of the user.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec

from flux_desktop.speech_models import store
from flux_desktop.speech_models.catalogue import ENGLISH
from flux_desktop.ui.window.main_window import MainWindow

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "screenshots"
LIMIT_S = 500.0


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition on the content of the window."""
    async with asyncio.timeout(LIMIT_S):
        while not condition():  # noqa: ASYNC110 - what the window shows has no event
            await asyncio.sleep(0.05)


async def running(window: MainWindow) -> None:
    """During a run: two turns ended, one open."""
    from flux_desktop.ui.app.launch import good_moment

    window.recordings.load_sample()
    await until(lambda: window.state.recording is not None)
    choices = window.state.choices
    choices.options = msgspec.structs.replace(choices.options, eager_eot_threshold=0.5)
    window.state.changed()
    window.starter.start()
    await until(lambda: good_moment(window.state.run) or window.state.run.ended is not None)


async def error(window: MainWindow) -> None:
    """An endpoint of an account without credentials."""
    from flux_desktop.ui.models.endpoints import EndpointEntry

    window.state.endpoints.account = [EndpointEntry("flux-en-prod", "changed 2026-11-01 10:00")]
    window.live_page.endpoint_panel.refresh()
    window.recordings.load_sample()
    await until(lambda: window.state.recording is not None)
    window.live_page.endpoint_panel.select("flux-en-prod")
    window.starter.start()
    await until(lambda: bool(window.live_page.banners.banners()))


async def present(window: MainWindow, connections: int, sent_s: float) -> None:
    """The bundled data set in the presenter view, without full screen, which would have the size of the screen."""
    from PySide6.QtCore import Qt

    window.recordings.load_sample_data_set()
    await until(lambda: window.state.data_set is not None)
    choices = window.state.choices
    choices.options = msgspec.structs.replace(choices.options, eager_eot_threshold=0.5)
    choices.connections = connections
    size = window.size()
    window.toggle_presenter()
    window.setWindowState(Qt.WindowState.WindowNoState)
    window.resize(size)
    window.starter.start()
    await until(lambda: window.state.run.sent_s() > sent_s or window.state.run.ended is not None)


async def presenter(window: MainWindow) -> None:
    """One conversation of the bundled data set, large."""
    await present(window, 6, 13.0)
    conversation = window.state.run.conversation(1)
    await until(lambda: conversation.open_card is not None and len(conversation.open_card.text) > 40)


async def tiles(window: MainWindow) -> None:
    """Fifty conversations at a glance."""
    from flux_desktop.ui.models.presenter.keys import View

    window.presenter.show_view(View.TILES)
    await present(window, 50, 8.0)


async def split(window: MainWindow) -> None:
    """A recorded comparison of two settings, where one of them has just cut the caller off."""
    from flux_desktop.base.resources import SAMPLE_DATA_SET, resource_path
    from flux_desktop.engine.records.plan import DataSetSource, RunPlan
    from flux_desktop.experiments.ab import AbPlan, run_ab

    await present(window, 2, 1.0)
    window.controller.stop()
    data = str(resource_path(SAMPLE_DATA_SET))
    base = RunPlan(endpoint="local", source=DataSetSource(path=data))
    a, b = (
        msgspec.structs.replace(base.options, eot_threshold=end, eager_eot_threshold=eager)
        for end, eager in ((0.5, 0.4), (0.8, 0.5))
    )
    result = await run_ab(AbPlan(base=base, data=data, entries=(0, 1), a=a, b=b, at_once=8))
    folder = result.runs[0].session_folder
    assert folder is not None
    await until(lambda: window.state.run.ended is not None)
    await window.presenting.open([folder], window.transcripts.open_session)
    await until(lambda: window.presenter.player is not None)
    player = window.presenter.player
    assert player is not None
    cuts_s = [cut.audio_s for turn in player.pair.a.score.turns for cut in turn.cut_offs]
    player.toggle(time.monotonic())
    player.seek((cuts_s[0] if cuts_s else 6.0) + 1.9, time.monotonic())


async def done(window: MainWindow) -> None:
    """After a run: the summary, and the newest turns."""
    await running(window)
    await until(lambda: window.state.run.ended is not None)


async def tune_recording(window: MainWindow) -> None:
    """Record the bundled data set on the Tune page."""
    from flux_desktop.ui.pages.page_frame import TUNE

    window.frame.show_page(TUNE)
    panel = window.pages.tune.get().page.measure_panel
    panel.repeats.setValue(1)
    panel.connections.setValue(29)
    await until(panel.record_button.isEnabled)
    panel.record_button.click()
    await until(lambda: window.state.run.current.elapsed_s() > 16)


async def tune(window: MainWindow) -> None:
    """The Tune page with a recording, at a setting beside the current one."""
    from flux_desktop.evaluation.traces.trace import Setting

    await tune_recording(window)
    tuner = window.pages.tune.get().tuner
    await until(lambda: tuner.model.details is not None)
    tuner.set_setting(Setting(eot=0.8, eager=0.5, timeout_ms=5000))
    await until(lambda: not tuner.model.details_are_stale and not window.tasks.running("tune shapes"))
    cards = window.pages.tune.get().page.turns_panel.cards
    cards.setCurrentIndex(cards.rows.index(1))


async def capacity(window: MainWindow) -> None:
    """The Capacity page with the result of the bundled data set."""
    from flux_desktop.ui.pages.page_frame import CAPACITY

    window.frame.show_page(CAPACITY)
    window.pages.capacity.get().searcher.search_sample()
    await until(lambda: window.pages.capacity.get().page.model.result is not None)


State = Callable[[MainWindow], Awaitable[None]]
# name: (state, theme, width, height); README and docs show each of them
STATES: dict[str, tuple[State, str, int, int]] = {
    "running-dark": (running, "dark", 1440, 900),
    "done": (done, "dark", 1440, 900),
    "error": (error, "dark", 1280, 800),
    "presenter": (presenter, "dark", 1920, 1080),
    "presenter-tiles": (tiles, "dark", 1920, 1080),
    "presenter-split": (split, "light", 1920, 1080),
    "tune-dark": (tune, "dark", 1440, 900),
    "capacity-dark": (capacity, "dark", 1440, 900),
}


def picture(name: str) -> int:
    """Make one picture in this process."""
    import qasync

    from flux_desktop.ui.app import launch
    from flux_desktop.ui.services.engine_port import supervisor_engine

    state, theme, width, height = STATES[name]
    app = launch.make_app()
    loop = qasync.QEventLoop(app)
    asyncio.set_event_loop(loop)
    window = launch.make_window(app, argparse.Namespace(theme=theme, connections=2), supervisor_engine)
    window.resize(width, height)

    async def live() -> None:
        closed = asyncio.Event()
        window.closed.connect(closed.set)
        window.begin()
        try:
            await state(window)
            await asyncio.sleep(0.6)  # one more round of the clock's slowest beat
            FOLDER.mkdir(parents=True, exist_ok=True)
            window.grab().save(str(FOLDER / f"{name}.png"))
        finally:
            window.close()
            await closed.wait()

    with loop:
        loop.run_until_complete(live())
    return 0


def main() -> int:
    """Render the images named on the command line, or all."""
    if sys.argv[1:2] == ["--one"]:
        return picture(sys.argv[2])
    for name in sys.argv[1:] or STATES:
        with tempfile.TemporaryDirectory() as home:
            environment = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "XDG_"))}
            environment |= {"HOME": home, "AWS_EC2_METADATA_DISABLED": "true", "QT_QPA_PLATFORM": "offscreen"}
            environment[store.FOLDER_VARIABLE] = str(store.fetched_folder(ENGLISH).parent)  # as after make run
            command = [sys.executable, __file__, "--one", name]
            done = subprocess.run(command, env=environment, timeout=3 * LIMIT_S, check=False)
        if done.returncode:
            return done.returncode
        print(FOLDER / f"{name}.png", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
