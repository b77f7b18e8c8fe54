"""Cost on the command line: prices from the flags or as entered, budgets, and what a plan will take."""

from __future__ import annotations

import argparse

import msgspec

from flux_desktop.audio.recording import open_recording
from flux_desktop.base.problem import ProblemError
from flux_desktop.cli.consent import prices as stored_prices
from flux_desktop.cli.live_table import audio_s
from flux_desktop.datasets.clip import Clip
from flux_desktop.datasets.reader import read_data_set
from flux_desktop.engine.records.plan import DataSetSource, RunPlan
from flux_desktop.engine.records.stream_minutes import planned_stream_minutes
from flux_desktop.evaluation.cost import Prices, cost_of


def prices_from(args: argparse.Namespace) -> Prices:
    """The prices of the flags, else those that were entered, else the suggestion; none that are in another currency."""
    prices = stored_prices()
    if args.currency and args.currency != prices.currency:
        prices = Prices(currency=args.currency)
    if args.price is not None:
        prices = msgspec.structs.replace(prices, licence_per_stream_minute=args.price, suggested=False)
    if (per_hour := getattr(args, "instance_price", None)) is not None:
        prices = msgspec.structs.replace(prices, instance_per_hour=per_hour)
    return prices


def stream_minutes(plan: RunPlan) -> float | None:
    """Minutes of all streams of a plan; None if its end is open."""
    clips_s = None
    if isinstance(plan.source, DataSetSource) and plan.duration_s is None:
        clips = read_data_set(plan.source.path, plan.source.columns).clips
        clips_s = [length_s for clip in clips if (length_s := _clip_s(clip)) is not None]
    return planned_stream_minutes(plan, file_s=audio_s(plan), clips_s=clips_s)


def _clip_s(clip: Clip) -> float | None:
    """The length of a clip; None for one that cannot be read, which the run leaves out."""
    if clip.duration_s is not None:
        return clip.duration_s
    try:
        return max(0.0, open_recording(clip.path, clip.channel or "mix").duration_s - clip.offset_s)
    except ProblemError:
        return None


def cost_sentence(plan: RunPlan, prices: Prices) -> str:
    """What a run takes and costs, to be shown before it starts; empty for the built-in endpoint."""
    if plan.is_local:
        return ""
    minutes = stream_minutes(plan)
    if minutes is None:
        each = cost_of(plan.connections, prices)
        return f"{each.sentence()} for each minute, until stopped."
    return f"{cost_of(minutes, prices).sentence()}."
