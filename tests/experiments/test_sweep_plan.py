"""What a sweep records: its parameters, how long live runs of its clips last, which sweeps continue each other."""

from __future__ import annotations

from msgspec.structs import replace

from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.experiments.sweep_plan import TIMEOUT_MS, SweepPlan, SweepSize, recording_options, sweep_key
from flux_desktop.flux.options import FluxOptions

PLAN = SweepPlan(base=RunPlan(endpoint="local", source=WavSource(path="none")), data="calls.jsonl")


def test_recording_keeps_all_parameters_but_those_of_turn_taking() -> None:
    options = recording_options(FluxOptions(keyterms=("a",), eager_eot_threshold=0.4), 1.0)
    assert options == FluxOptions(keyterms=("a",), eot_threshold=1.0, eot_timeout_ms=TIMEOUT_MS)


def test_a_live_run_ends_with_its_own_timeouts() -> None:
    size = SweepSize(entries=(0, 3), streams_s=(30.0, 40.0), streams=6, recorded=0, stream_minutes=3.5, minutes=1.0)
    assert size.clips == 2
    assert size.live_streams_s([TIMEOUT_MS, 1_000]) == [30.0, 21.0, 40.0, 31.0]


def test_sweeps_continue_each_other_whatever_their_thresholds_but_not_with_other_data() -> None:
    other_threshold = replace(PLAN, base=replace(PLAN.base, options=FluxOptions(eot_threshold=0.5)))
    assert sweep_key(PLAN, 2) == sweep_key(other_threshold, 2)
    assert sweep_key(PLAN, 2) != sweep_key(PLAN, 3)
    assert sweep_key(PLAN, 2) != sweep_key(replace(PLAN, data="others.jsonl"), 2)
    assert sweep_key(PLAN, 2) != sweep_key(replace(PLAN, line_noise_dbfs=-60.0), 2)
