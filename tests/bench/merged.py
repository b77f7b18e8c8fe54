"""Percentiles of four workers against those of one histogram of all samples."""

from __future__ import annotations

import random

from flux_desktop.engine.measuring.histogram import Histogram

SAMPLES_PER_WORKER = 20_000


def four_workers_equal_one() -> bool:
    """Latencies of very different workers, carried as the workers carry them."""
    dice = random.Random(4)
    whole, joined = Histogram(), Histogram()
    for median_s in (0.02, 0.18, 0.4, 1.0):
        worker = Histogram()
        for _ in range(SAMPLES_PER_WORKER):
            value_s = dice.lognormvariate(0, 0.6) * median_s
            worker.add(value_s)
            whole.add(value_s)
        joined.merge_encoded(worker.encode())
    return joined.percentiles() == whole.percentiles()
