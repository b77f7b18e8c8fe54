"""The live table of a run: figures accumulated from snapshots, and their rendering by rich."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from rich.console import Console, ConsoleOptions, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from flux_desktop.audio.recording import open_recording
from flux_desktop.base.problem import ProblemError
from flux_desktop.engine.records.events import GeneratorsSeen, LevelMeasured, Snapshot
from flux_desktop.engine.records.facts import ConnectionRow, ConnectionState, GeneratorRow, LedgerClass, Percentiles
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.reports.generator_text import generator_text

_REDRAW_S = 0.25
_RATE_WINDOW_S = 2.0
_BAD = {LedgerClass.CONNECT_FAILED, LedgerClass.NEVER_CONNECTED, LedgerClass.FAILED, LedgerClass.GENERATOR_LOST}
_ORDER = (
    *(state.value for state in ConnectionState if state is not ConnectionState.ENDED),
    *(c.value for c in LedgerClass),
)


class LiveFigures:
    """The newest snapshot, and the figures that are accumulated over snapshots; plain state."""

    def __init__(self, plan: RunPlan, audio_s: float | None) -> None:
        """`audio_s` is how much audio each stream will send, None where that is open."""
        self.snapshot = Snapshot(t=0.0, ledger={})
        self.chunks_per_s = 0.0
        self.level: LevelMeasured | None = None
        self.generators: list[GeneratorRow] = []
        self._planned = plan.connections
        self._ramp_s = sum(stage.duration_s for stage in plan.stages)
        self._audio_s = audio_s
        self._rows: dict[int, ConnectionRow] = {}
        self._sent: list[tuple[float, int]] = []

    def feed(self, snapshot: Snapshot) -> None:
        """Take the next snapshot."""
        self.snapshot = snapshot
        self._rows.update((row.conn, row) for row in snapshot.rows)
        self._sent.append((snapshot.t, snapshot.chunks_sent))
        while len(self._sent) > 2 and snapshot.t - self._sent[0][0] > _RATE_WINDOW_S:
            del self._sent[0]
        (first_t, first), (last_t, last) = self._sent[0], self._sent[-1]
        self.chunks_per_s = (last - first) / (last_t - first_t) if last_t > first_t else 0.0

    @property
    def turns(self) -> int:
        """Turns ended so far, over all connections."""
        return sum(row.turns for row in self._rows.values())

    @property
    def errors(self) -> int:
        """Connections that have failed so far."""
        return sum(self.snapshot.ledger.get(name.value, 0) for name in _BAD)

    @property
    def retries(self) -> tuple[int, int]:
        """Retries and reconnects so far, over all connections."""
        rows = self._rows.values()
        return sum(row.retries for row in rows), sum(row.reconnects for row in rows)

    @property
    def progress(self) -> float | None:
        """Completed share of the run, 0 to 1; None if its end is unknown."""
        if self._ramp_s:
            return min(1.0, self.snapshot.t / self._ramp_s)
        if not self._audio_s or not self._planned:
            return None
        done_s = sum(
            self._audio_s if row.state is ConnectionState.ENDED else min(row.position_s, self._audio_s)
            for row in self._rows.values()
        )
        return done_s / (self._audio_s * self._planned)


class LiveTable:
    """Draws `LiveFigures` in place, without a thread of its own: `update` redraws at most four times a second."""

    def __init__(self, console: Console, figures: LiveFigures) -> None:
        self._figures = figures
        self._drawn_t = float("-inf")
        # rich takes over both streams where it may, and would send redirected output to the terminal.
        self._live = Live(
            console=console,
            auto_refresh=False,
            transient=True,
            redirect_stdout=sys.stdout.isatty(),
            redirect_stderr=sys.stderr.isatty(),
        )

    @property
    def running(self) -> bool:
        """Whether the table is shown."""
        return self._live.is_started

    def start(self) -> None:
        """Show the table at the bottom of the terminal."""
        self._live.start()

    def update(self, snapshot: Snapshot) -> None:
        """Take a snapshot, and redraw if the last redraw is old enough."""
        self._figures.feed(snapshot)
        if snapshot.t - self._drawn_t >= _REDRAW_S:
            self._drawn_t = snapshot.t
            self._live.update(render(self._figures), refresh=True)

    def level(self, level: LevelMeasured) -> None:
        """Take a microphone level; drawn with the next snapshot."""
        self._figures.level = level

    def generators(self, seen: GeneratorsSeen) -> None:
        """Take the machines of a run on several; drawn with the next snapshot."""
        self._figures.generators = seen.rows

    def print_above(self, text: str) -> None:
        """Print text above the table without markup: rich's own printing costs half a millisecond per line."""
        self._live.console.print(_Verbatim(text))

    def stop(self) -> None:
        """Remove the table from the terminal."""
        self._live.stop()


class _Verbatim:
    def __init__(self, text: str) -> None:
        self._text = text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        yield Segment(self._text)
        yield Segment.line()


def render(figures: LiveFigures) -> Group:
    """The table, with a progress bar below it if the end is known."""
    snapshot = figures.snapshot
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(style="dim")
    table.add_column()
    connections = Text("  ").join(
        Text(f"{name} {snapshot.ledger[name]:,}", style="bold red" if name in _BAD else "")
        for name in _ORDER
        if snapshot.ledger.get(name)
    )
    table.add_row("connections", connections)
    table.add_row("sending", f"{figures.chunks_per_s:,.0f} chunks/s, pacing error p99 {_ms(snapshot.pacing.p99_ms)}")
    table.add_row("update latency", _percentiles(snapshot.update))
    table.add_row("turns", f"{figures.turns:,}")
    table.add_row("errors", Text(f"{figures.errors:,}", style="bold red" if figures.errors else ""))
    retries, reconnects = figures.retries
    if retries:
        table.add_row("retries", Text(f"{retries} ({reconnects} reconnected mid-stream)", style="bold red"))
    if figures.level is not None:
        table.add_row("level", _level(figures.level))
    for number, row in enumerate(figures.generators):
        text = Text(generator_text(row), style="bold red" if row.lost else "")
        table.add_row("" if number else "generators", text)
    minutes, seconds = divmod(int(snapshot.t), 60)
    table.add_row("elapsed", f"{minutes}:{seconds:02}")
    if (progress := figures.progress) is None:
        return Group(table)
    bar = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    style = "cyan"  # rich's own colour is a red that looks like an alarm
    drawn = ProgressBar(total=1.0, completed=progress, width=48, complete_style=style, finished_style=style)
    bar.add_row(drawn, f"{progress:.0%}")
    return Group(table, bar)


def _percentiles(values: Percentiles) -> str:
    if not values.n:
        return "no values yet"
    return f"p50 {_ms(values.p50_ms)}  p95 {_ms(values.p95_ms)}  p99 {_ms(values.p99_ms)}  (n = {values.n:,})"


def _level(level: LevelMeasured) -> str:
    if level.is_silent:
        return "digital silence; is the microphone muted?"
    clipped = ", clipped" if level.is_clipped else ""
    return f"{round(level.rms_dbfs)} dBFS, peak {round(level.peak_dbfs)} dBFS{clipped}"


def _ms(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f} ms"


def audio_s(plan: RunPlan) -> float | None:
    """How much audio each connection of a plan without stages will send; None if that is open."""
    if not isinstance(plan.source, WavSource) or plan.source.loop:
        return plan.duration_s
    try:
        length_s = open_recording(plan.source.path, plan.source.channel).duration_s
    except ProblemError:
        return plan.duration_s  # the file was lost since the plan was made; the engine reports it
    return length_s if plan.duration_s is None else min(length_s, plan.duration_s)
