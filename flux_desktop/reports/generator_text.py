"""The machines of a run on several, a line each."""

from __future__ import annotations

from flux_desktop.base.amounts import amount
from flux_desktop.base.plain_text import plain
from flux_desktop.engine.records.facts import GeneratorRow


def generator_text(row: GeneratorRow) -> str:
    """Streams, load, lateness and clock of one machine, or why it was lost."""
    name = plain(row.name)
    if row.lost:
        return f"{name}: lost, {plain(row.lost)}"
    cpu = "-" if row.cpu_percent is None else f"{row.cpu_percent:.0f} %"
    pacing = "-" if row.pacing_p99_ms is None else f"{row.pacing_p99_ms:.0f} ms"
    return (
        f"{name}: {amount(row.streams, 'stream')}, CPU {cpu}, pacing p99 {pacing}, "
        f"clock {row.clock}, silent for {row.heard_s_ago:.1f} s, "
        f"{row.heard_at_most_s_ago:.1f} s at most"
    )
