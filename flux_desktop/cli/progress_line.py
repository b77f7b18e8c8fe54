"""One line on a terminal that says how far a series of clips is; on anything else nothing is written."""

from __future__ import annotations

import sys
import time

from flux_desktop.base.plain_text import plain
from flux_desktop.cli.streams import complain
from flux_desktop.engine.records.events import Event, Notice
from flux_desktop.experiments.clip_run import ClipProgress


class ProgressLine:
    """Rewrites its line with every `show`. The time left follows from the clips that are done."""

    def __init__(self, unit: str) -> None:
        self._unit = unit
        self._started_s = time.monotonic()

    def show(self, progress: ClipProgress) -> None:
        """Show where the run is."""
        if sys.stderr.isatty():
            text = progress_text(progress, self._unit, time.monotonic() - self._started_s)
            print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Take the line away."""
        if sys.stderr.isatty():
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def show_notice(event: Event) -> None:
    """A problem of the run as a whole, such as a clip that cannot be decoded, on standard error."""
    if isinstance(event, Notice):
        complain(plain(event.problem.sentence()))


def progress_text(progress: ClipProgress, unit: str, elapsed_s: float) -> str:
    """Such as ``12 of 72 clips, 8 open, about 4:10 left``."""
    parts = [f"{progress.done:,} of {progress.total:,} {unit}", f"{progress.open:,} open"]
    if progress.failed:
        parts.append(f"{progress.failed:,} failed")
    if progress.done:
        left_s = elapsed_s / progress.done * (progress.total - progress.done)
        parts.append(f"about {int(left_s // 60)}:{int(left_s % 60):02d} left")
    return ", ".join(parts)
