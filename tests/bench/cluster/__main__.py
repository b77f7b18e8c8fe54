"""A cluster under kills, cuts and stops, its exactness, and how it scales; prints, asserts nothing.

``python -m tests.bench.cluster exact [--generators 3] [--streams 100]``
    one run of 3 × 100 streams: merged against pooled histograms, starts against the plan, peak load at the endpoint.
``python -m tests.bench.cluster linear [--share 0.25]``
    how many streams one generator with a share of a core carries, and three with the same share each; needs root.
``python -m tests.bench.cluster kills [--trials 30]``
    each trial kills, stops or cuts off a part of the cluster while it streams: how long the load lasted afterwards, and
    the highest load that the endpoint saw.
``python -m tests.bench.cluster exchanges [--generators 200]``
    CPU of the coordinator and of the run's process with so many simulated generators, projected to 1,000.
"""

from __future__ import annotations

import argparse
import asyncio

from tests.bench.cluster.exactness import exact
from tests.bench.cluster.exchanges import exchanges
from tests.bench.cluster.kills import kills
from tests.bench.cluster.linear import linear


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("exact", "linear", "kills", "exchanges"))
    parser.add_argument("--generators", type=int)
    parser.add_argument("--streams", type=int)
    parser.add_argument("--trials", type=int, default=30)
    parser.add_argument("--share", type=float, default=0.25)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--batch-size", type=int, default=0)
    args = parser.parse_args()
    match args.what:
        case "exact":
            exact(args.generators or 3, args.streams or 100, args.seconds, args.batch_size)
        case "linear":
            linear(args.share, args.seconds)
        case "kills":
            kills(args.trials, args.streams or 10)
        case _:
            asyncio.run(exchanges(args.generators or 200, args.seconds))


if __name__ == "__main__":
    main()
