"""What an experiment costs at most, shown before it starts; above a limit the user is asked."""

from __future__ import annotations

import argparse
import sys

from flux_desktop.cli.streams import complain
from flux_desktop.engine.records.plan import RunPlan
from flux_desktop.evaluation.cost import SUGGESTED, Prices, cost_of
from flux_desktop.reports.prices import load_prices, prices_path

ASK_ABOVE_STREAM_MINUTES = 60.0


def prices() -> Prices:
    """The prices that the user has entered, else the suggested ones."""
    return load_prices(prices_path()) or SUGGESTED


def agreed(args: argparse.Namespace, plan: RunPlan, stream_minutes: float, minutes: float) -> bool:
    """Show stream-minutes, duration and cost; ask where a real endpoint is used for long, unless `args.yes`."""
    lasts = f"about {max(1.0, minutes):.0f} minutes"
    if plan.is_local:
        complain(f"At most {stream_minutes:,.0f} stream-minutes, {lasts}; the built-in endpoint costs nothing.")
        return True
    complain(f"{cost_of(stream_minutes, prices()).sentence()}, at most; {lasts}.")
    if args.yes or stream_minutes <= ASK_ABOVE_STREAM_MINUTES:
        return True
    if not sys.stdin.isatty():
        complain("Pass --yes to start without being asked.")
        return False
    return input("Start? [y/N] ").strip().lower() in ("y", "yes")
