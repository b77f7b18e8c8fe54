"""A real window, off-screen unless a display is named, with a run on the built-in endpoint: for the benches."""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from flux_desktop.engine.supervision.supervisor import Supervisor
from flux_desktop.ui.app import launch
from flux_desktop.ui.window.main_window import MainWindow

Measure = Callable[[MainWindow, Path], Awaitable[None]]


async def start_looped(window: MainWindow, connections: int) -> None:
    """Start the bundled recording in a loop; returns when all connections stream, with the table in front."""
    window.live_page.run_bar.connections.setValue(connections)
    window.live_page.run_bar.loop.setChecked(True)
    window.recordings.load_sample()
    while window.state.recording is None:  # noqa: ASYNC110 - what the window shows has no event
        await asyncio.sleep(0.05)
    window.starter.start()
    while window.state.run.streaming() < connections and window.state.run.active:  # noqa: ASYNC110 - as above
        await asyncio.sleep(0.1)
    window.live_page.transcripts.tabs.setCurrentIndex(0)


def with_window(measure: Measure) -> None:
    """Open a window, let `measure` work with it and the folder of its sessions, and close it."""
    import qasync

    app = launch.make_app()
    loop = qasync.QEventLoop(app)
    asyncio.set_event_loop(loop)
    with tempfile.TemporaryDirectory(prefix="flux-bench-") as folder:
        window = launch.make_window(
            app,
            argparse.Namespace(theme="dark", connections=2),
            lambda sink: Supervisor(sink, sessions_dir=Path(folder)),
        )

        async def live() -> None:
            closed = asyncio.Event()
            window.closed.connect(closed.set)
            window.begin()
            try:
                await measure(window, Path(folder))
            finally:
                window.close()
                await closed.wait()

        with loop:
            loop.run_until_complete(live())
