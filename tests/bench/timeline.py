"""Measures the timeline: frames a second, time and processor time of a frame, stalls of the window. Prints.

Usage: python -m tests.bench.timeline [--connections 20] [--seconds 20] [--warm-up 5] [--scripted] [--without]

The window is real, off-screen unless a display is named. The run is live on the built-in endpoint with the bundled
recording in a loop; with --scripted its events are played from memory in real time, so that the endpoint and the engine
take no processor time, and a thousand connections can be tried on a small machine. --without hides the timeline: what
the window does else. A frame is the update of the timeline with the painting of the connection in front and of the
lanes in view. Stalls are those of the whole window; on a machine with other load they contain that load. The processor
time of the window's thread between two beats of a timer does not: no stall on an idle machine is longer.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
from PySide6.QtCore import Qt, QTimer

from flux_desktop.base.resources import SAMPLE_RECORDING, resource_path
from flux_desktop.engine.records.events import Event
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.ui.services.past_run import PastRun
from flux_desktop.ui.window.main_window import MainWindow
from tests.bench.window_load import load
from tests.bench.window_run import start_looped, with_window
from tests.ui import scripted


class Timed:
    """Durations of a function, by the clock and by this thread's processor time, in milliseconds."""

    def __init__(self) -> None:
        self.wall_ms: list[float] = []
        self.cpu_ms: list[float] = []

    def wrap[**P, T](self, function: Callable[P, T]) -> Callable[P, T]:
        """The function, measured."""

        def measured(*args: P.args, **kwargs: P.kwargs) -> T:
            wall_s, cpu_s = time.perf_counter(), time.thread_time()
            result = function(*args, **kwargs)
            self.cpu_ms.append((time.thread_time() - cpu_s) * 1000)
            self.wall_ms.append((time.perf_counter() - wall_s) * 1000)
            return result

        return measured

    def clear(self) -> None:
        """Begin again."""
        self.wall_ms.clear()
        self.cpu_ms.clear()

    def describe(self) -> str:
        """Percentiles of both."""
        if not self.wall_ms:
            return "none"
        wall, cpu = np.percentile(self.wall_ms, (50, 99)), np.percentile(self.cpu_ms, (50, 99))
        return (
            f"n {len(self.wall_ms)}, p50 {wall[0]:.2f} ms, p99 {wall[1]:.2f} ms;"
            f" processor p50 {cpu[0]:.2f} ms, p99 {cpu[1]:.2f} ms, mean {np.mean(self.cpu_ms):.2f} ms"
        )


def scripted_events(connections: int, seconds: float) -> tuple[RunPlan, list[Event]]:
    """A run of so many connections; messages of the first twelve, as of a live run, and rows of all."""
    plan = scripted.plan(connections, source=WavSource(path=str(resource_path(SAMPLE_RECORDING)), loop=True))
    sentences = tuple(itertools.islice(itertools.cycle(scripted.SENTENCES), max(5, round(seconds / 4))))
    events = [
        event
        for event in scripted.scripted_run(connections, sentences, end=False)
        if getattr(event, "conn", 0) <= 12 and getattr(event, "t", 0.0) <= seconds
    ]
    events[0] = msgspec.structs.replace(events[0], plan=plan)  # type: ignore[type-var]
    return plan, events


async def measure(window: MainWindow, options: argparse.Namespace) -> None:
    """One run; prints its figures."""
    page, panel = window.live_page, window.live_page.transcripts.timeline
    update, front, lanes = Timed(), Timed(), Timed()
    panel._timer.timeout.disconnect()
    panel._timer.timeout.connect(update.wrap(panel.frame))
    panel.view.paintEvent = front.wrap(panel.view.paintEvent)  # type: ignore[method-assign]
    panel.lanes.paintEvent = lanes.wrap(panel.lanes.paintEvent)  # type: ignore[method-assign]
    window.resize(1440, 900)
    print(f"{options.connections} connections; load before: {load()}")
    if options.scripted:
        plan, events = scripted_events(options.connections, options.warm_up + options.seconds + 10)
        window.controller.replay(PastRun(Path(), plan, events, cut_off=False), 1.0)
    else:
        await start_looped(window, options.connections)
    await asyncio.sleep(options.warm_up)
    page.transcripts.show_connection(1)
    if options.without:
        panel.setVisible(False)
    await asyncio.sleep(1)
    for timed in (update, front, lanes):
        timed.clear()
    window.heartbeat.start()
    work_ms, beats, since = [], QTimer(), [time.thread_time()]

    def beat() -> None:
        now_s = time.thread_time()
        work_ms.append((now_s - since[0]) * 1000)
        since[0] = now_s

    beats.setTimerType(Qt.TimerType.PreciseTimer)
    beats.timeout.connect(beat)
    beats.start(10)
    began_s, cpu_s, own_s = time.monotonic(), time.process_time(), time.thread_time()
    while time.monotonic() - began_s < options.seconds and window.state.run.active:  # noqa: ASYNC110 - the window has its own clock
        await asyncio.sleep(0.25)
    passed_s = time.monotonic() - began_s
    stalls = window.heartbeat.stalls()
    print(
        f"frames: {len(front.wall_ms) / passed_s:.1f} a second painted, {len(update.wall_ms) / passed_s:.1f} asked for"
    )
    for name, timed in (("update", update), ("front", front), ("lanes", lanes)):
        print(f"{name:>8}: {timed.describe()}")
    if front.cpu_ms:
        total_ms = sum(map(sum, (update.cpu_ms, front.cpu_ms, lanes.cpu_ms)))
        print(f"   frame: {total_ms / len(front.cpu_ms):.2f} ms of processor time in the mean")
        print(f"timeline: {total_ms / passed_s / 10:.0f} % of a core")
    print(f"stalls: n {stalls.n}, p50 {stalls.p50_ms:.1f}, p99 {stalls.p99_ms:.1f}, max {stalls.max_ms:.0f} ms")
    beats.stop()
    own = np.percentile(work_ms, (50, 99, 100))
    print(f"processor time between two beats of 10 ms: p50 {own[0]:.1f}, p99 {own[1]:.1f}, max {own[2]:.1f} ms")
    print(f"window's thread: {(time.thread_time() - own_s) / passed_s * 100:.0f} % of a core")
    print(f"process: {(time.process_time() - cpu_s) / passed_s * 100:.0f} % of a core; load after: {load()}")


def main() -> None:
    """Measure once."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--connections", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--warm-up", type=float, default=5)
    parser.add_argument("--scripted", action="store_true", help="play events from memory instead of a live run")
    parser.add_argument("--without", action="store_true", help="hide the timeline, for comparison")
    options = parser.parse_args()

    async def measured(window: MainWindow, _sessions: Path) -> None:
        await measure(window, options)

    with_window(measured)


if __name__ == "__main__":
    main()
