"""How long the evaluation of a sweep takes: the grid of 41 x 13 x 10 settings over 1,000 turns, and a single setting.

Run with: python -m tests.bench.thresholds
"""

from __future__ import annotations

import time
from collections.abc import Callable

from flux_desktop.evaluation.thresholds.grid import EAGERS, TIMEOUTS_MS, evaluate
from flux_desktop.evaluation.thresholds.setting_figures import setting_figures
from flux_desktop.evaluation.traces.trace import Setting
from flux_desktop.evaluation.traces.trace_table import trace_table
from tests.evaluation.spoken_clips import HIGHEST, played, random_clip

TURNS = 1000
EOTS = tuple(round(0.5 + 0.01 * step, 2) for step in range(41))


def main() -> None:
    """Print one line a kind: the shortest of five times on the wall, and of the processor."""
    traces = [played(random_clip(f"clip {seed}", seed, turns=1), HIGHEST) for seed in range(100)] * (TURNS // 100)
    table = trace_table(traces)
    print(f"{table.turns} turns, {table.times.shape[1]} messages at most")
    _time("arrays", lambda: trace_table(traces))
    _time(
        f"grid of {len(EOTS)} x {len(EAGERS)} x {len(TIMEOUTS_MS)}", lambda: evaluate(table, EOTS, TIMEOUTS_MS, EAGERS)
    )
    _time("single setting", lambda: evaluate(table, (0.8,), (5000,), (0.5,)))
    _time("single setting, with intervals", lambda: setting_figures(table, Setting(eot=0.8, eager=0.5)))


def _time(name: str, work: Callable[[], object]) -> None:
    walls, processors = [], []
    for _ in range(5):
        wall_s, processor_s = time.perf_counter(), time.process_time()
        work()
        walls.append(time.perf_counter() - wall_s)
        processors.append(time.process_time() - processor_s)
    print(f"{name:<40}{min(walls) * 1000:8.1f} ms{min(processors) * 1000:8.1f} ms of the processor")


if __name__ == "__main__":
    main()
