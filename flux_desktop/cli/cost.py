"""Cost on the command line: prices from the flags or as entered, budgets, and what a plan will take."""

from __future__ import annotations

import argparse

import msgspec

from flux_desktop.audio.recording import open_recording
from flux_desktop.base.problem import ProblemError
from flux_desktop.cli.consent import prices as stored_prices
from flux_desktop.cli.live_table import audio_s
from flux_desktop.datasets.assignment import clip_order
from flux_desktop.datasets.clip import Clip
from flux_desktop.datasets.reader import read_data_set
from flux_desktop.engine.records.plan import DataSetSource, RunPlan
from flux_desktop.engine.records.stages import slots
from flux_desktop.evaluation.cost import Prices, cost_of


def prices_from(args: argparse.Namespace) -> Prices:
    """The prices of the flags, else those that were entered, else the suggestion."""
    prices = stored_prices()
    if args.price is not None:
        prices = msgspec.structs.replace(prices, licence_per_stream_minute=args.price, suggested=False)
    if (per_hour := getattr(args, "instance_price", None)) is not None:
        prices = msgspec.structs.replace(prices, instance_per_hour=per_hour)
    return msgspec.structs.replace(prices, currency=args.currency) if args.currency else prices


def planned_stream_minutes(plan: RunPlan) -> float | None:
    """Minutes of all streams of a plan; None if its end is open."""
    if plan.stages:
        return sum(slot.duration_s + plan.idle_before_audio_s for slot in slots(plan.stages)) / 60
    idle_s = plan.connections * plan.idle_before_audio_s
    if isinstance(plan.source, DataSetSource) and plan.duration_s is None:
        return (idle_s + _data_set_s(plan.source, plan.connections)) / 60
    each_s = audio_s(plan)
    return None if each_s is None else (idle_s + plan.connections * each_s) / 60


def _data_set_s(source: DataSetSource, connections: int) -> float:
    """Seconds of all clips that are sent, with their silence: every connection sends one at least."""
    lengths_s = [_clip_s(clip) + source.trailing_silence_s for clip in read_data_set(source.path, source.columns).clips]
    once_s = source.passes * sum(lengths_s)
    if source.at_once:
        return connections * once_s
    if connections <= source.passes * len(lengths_s):
        return once_s
    firsts = (next(clip_order(conn, connections, len(lengths_s), source.seed)) for conn in range(1, connections + 1))
    return sum(lengths_s[first] for first in firsts)


def _clip_s(clip: Clip) -> float:
    """The length of a clip; 0 for one that cannot be read, which the run leaves out."""
    if clip.duration_s is not None:
        return clip.duration_s
    try:
        return max(0.0, open_recording(clip.path, clip.channel or "mix").duration_s - clip.offset_s)
    except ProblemError:
        return 0.0


def cost_sentence(plan: RunPlan, prices: Prices) -> str:
    """What a run takes and costs, to be shown before it starts; empty for the built-in endpoint."""
    if plan.is_local:
        return ""
    minutes = planned_stream_minutes(plan)
    if minutes is None:
        each = cost_of(plan.connections, prices)
        return f"{each.sentence()} for each minute, until stopped."
    return f"{cost_of(minutes, prices).sentence()}."
