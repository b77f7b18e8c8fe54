"""What an experiment costs at most, and what its build refuses, before it starts; above a limit the user is asked."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from flux_desktop.base.plain_text import plain
from flux_desktop.cli.build_remarks import build_remarks
from flux_desktop.cli.streams import complain
from flux_desktop.engine.records.plan import RunPlan
from flux_desktop.evaluation.cost import SUGGESTED, Prices, cost_of
from flux_desktop.reports.prices import load_prices, prices_path

ASK_ABOVE_STREAM_MINUTES = 60.0


def prices() -> Prices:
    """The prices that the user has entered, else the suggested ones."""
    return load_prices(prices_path()) or SUGGESTED


def agreed(
    args: argparse.Namespace,
    plan: RunPlan,
    stream_minutes: float,
    minutes: float,
    more: Sequence[RunPlan] = (),
    own_prices: Prices | None = None,
    besides: str = "",
) -> bool:
    """Show stream-minutes, duration and cost; ask where a real endpoint is used for long, unless `args.yes`.

    Before that, what is known of the build: `more` are plans of further streams, which differ.
    `own_prices` are those of the flags, where the command has such. `besides` is what is not counted.
    """
    for remark in build_remarks(plan, *more):
        complain(plain(remark))
    whole_minutes = max(1, round(minutes))
    lasts = f"about {whole_minutes} minute{'s' * (whole_minutes != 1)}{besides and f', {besides}'}"
    if plan.is_local:
        shown = f"{stream_minutes:,.0f}" if stream_minutes >= 10 else f"{stream_minutes:.1f}"
        complain(f"At most {shown} stream-minutes, {lasts}; the built-in endpoint costs nothing.")
        return True
    complain(f"{cost_of(stream_minutes, own_prices or prices()).sentence()}, at most; {lasts}.")
    if args.yes or stream_minutes <= ASK_ABOVE_STREAM_MINUTES:
        return True
    if not sys.stdin.isatty():
        complain("Pass --yes to start without being asked.")
        return False
    return input("Start? [y/N] ").strip().lower() in ("y", "yes")
