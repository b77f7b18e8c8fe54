"""How often 95 % intervals hold the true value, over 2,000 simulated data sets of each kind.

Run with: python -m tests.bench.coverage
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from flux_desktop.evaluation.statistics.bootstrap import quantile, ratio
from flux_desktop.evaluation.statistics.intervals import Estimate, wilson

SETS = 2000
TURNS = 6  # in a conversation


def main() -> None:
    """Print one line a kind; 93 to 97 of 100 is what an interval of 95 % should do."""
    rng = np.random.default_rng(1)
    for n, share in ((59, 0.1), (83, 0.05), (200, 0.05), (400, 0.08)):
        estimates = [wilson(int(successes), n) for successes in rng.binomial(n, share, SETS)]
        _report(f"proportion {share:.0%} of {n}", estimates, share)
    for conversations in (10, 20, 40):
        estimates = [_rate(rng, conversations) for _ in range(SETS)]
        _report(f"error rate, {conversations} conversations", estimates, 0.05)
    for conversations in (10, 20, 40):
        units = np.repeat(np.arange(conversations), TURNS).tolist()
        for level in (0.5, 0.9, 0.95):
            true = float(np.quantile(_latencies(rng, 60_000), level))
            estimates = [quantile(_latencies(rng, conversations).tolist(), units, level) for _ in range(SETS)]
            _report(f"p{level * 100:g}, {conversations} conversations of {TURNS} turns", estimates, true)


def _rate(rng: np.random.Generator, conversations: int) -> Estimate:
    words = rng.integers(20, 120, conversations)
    errors = rng.poisson(rng.gamma(4, 0.05 / 4, conversations) * words)
    return ratio(errors.tolist(), words.tolist(), range(conversations))


def _latencies(rng: np.random.Generator, conversations: int) -> NDArray[np.float64]:
    """Log-normal, with a level of its own for each conversation."""
    return rng.lognormal(np.repeat(rng.normal(6, 0.3, conversations), TURNS), 0.4)


def _report(kind: str, estimates: list[Estimate], true: float) -> None:
    known = [each for each in estimates if each.low is not None]
    held = sum(each.low <= true and (each.high is None or true <= each.high) for each in known if each.low is not None)
    print(f"{kind}: {held / len(known):.1%} of {len(known)}")


if __name__ == "__main__":
    main()
