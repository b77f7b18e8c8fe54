"""Measures the window under load: stalls of its thread, curves a second, growth of memory. Prints.

Usage: python -m tests.bench.window_load [--connections 200] [--seconds 180] [--warm-up 30]

The window is real, off-screen unless a display is named, with a real worker and the built-in endpoint on the bundled
recording in a loop. Memory is this process's resident set; its slope over the measured minutes is extrapolated to an
hour of all streams, divided by their number.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import time
from pathlib import Path

import numpy as np

from flux_desktop.ui.window.main_window import MainWindow
from tests.bench.process_figures import resident_bytes
from tests.bench.window_run import start_looped, with_window


def load() -> str:
    """The machine's load, as `uptime` shows it."""
    return " ".join(f"{value:.1f}" for value in os.getloadavg())


async def measure(window: MainWindow, options: argparse.Namespace) -> None:
    """One run; prints its figures."""
    drawn = 0
    refresh = window.live_page.plots.refresh

    def counted() -> None:
        nonlocal drawn
        refresh()
        drawn += 1

    window.live_page.plots.refresh = counted  # type: ignore[method-assign]
    print(f"load before: {load()}")
    await start_looped(window, options.connections)
    await asyncio.sleep(options.warm_up)
    window.heartbeat.start()
    began_s, first_drawn, cpu_s = time.monotonic(), drawn, time.process_time()
    times_s, sizes_mb = [], []
    while (passed_s := time.monotonic() - began_s) < options.seconds and window.state.run.active:
        times_s.append(passed_s)
        sizes_mb.append(resident_bytes(os.getpid()) / 1e6)
        await asyncio.sleep(1)
    stalls = window.heartbeat.stalls()
    slope_mb_s = float(np.polyfit(times_s, sizes_mb, 1)[0])
    per_stream_hour_mb = slope_mb_s * 3600 / options.connections
    print(f"streams at the end: {window.state.run.streaming()} of {options.connections}; load: {load()}")
    print(f"stalls of the newest minute: p50 {stalls.p50_ms:.1f}, p99 {stalls.p99_ms:.1f}, max {stalls.max_ms:.0f} ms")
    print(f"curves: {(drawn - first_drawn) / passed_s:.1f} a second")
    print(f"processor: {(time.process_time() - cpu_s) / passed_s * 100:.0f} % of a core")
    print(
        f"memory: {sizes_mb[0]:.0f} to {sizes_mb[-1]:.0f} MB in {passed_s:.0f} s;"
        f" extrapolated {per_stream_hour_mb:.2f} MB a stream-hour"
    )


def main() -> None:
    """Measure once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument("--warm-up", type=float, default=30)
    options = parser.parse_args()

    async def measured(window: MainWindow, _sessions: Path) -> None:
        await measure(window, options)

    with_window(measured)


if __name__ == "__main__":
    main()
