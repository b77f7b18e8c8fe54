"""What was chosen for a run, in words: only what is not the default, and only what its figures depend on."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from flux_desktop.engine.records.pass_criteria import parse_limit
from flux_desktop.engine.records.plan import DataSetSource, MicrophoneSource, RunPlan, WavSource
from flux_desktop.engine.records.stages import Stage
from flux_desktop.flux.options import FluxOptions
from flux_desktop.reports.sessions.run_settings import run_settings

PLAN = RunPlan(endpoint="prod", source=WavSource(path="/a/call.wav"))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"options": FluxOptions(eot_threshold=0.8, keyterms=("Ann", "Bo"))}, ("eot_threshold 0.8", "keyterms Ann,Bo")),
        ({"streams_per_channel": 4}, ("streams per channel 4",)),
        ({"region": "eu-west-1", "reconnect": False}, ("region eu-west-1", "reconnect off")),
        ({"stages": (Stage(10, 30.0), Stage(50, 60.0))}, ("stages 10x30s,50x60s",)),
        ({"local_arguments": ("--fault", "slow=2")}, ("local arguments --fault slow=2",)),
        (
            {"variants": (FluxOptions(), FluxOptions(eot_threshold=0.9))},
            ("parameters 1 of 2: defaults", "parameters 2 of 2: eot_threshold 0.9"),
        ),
        ({"source": WavSource(path="b.wav", channel="left")}, ("channel left",)),
        ({"source": DataSetSource(path="set", passes=3, fresh_connection=True)}, ("passes 3", "fresh connection on")),
    ],
)
def test_every_choice_that_is_not_the_default(changes: dict[str, object], words: tuple[str, ...]) -> None:
    assert run_settings(replace(PLAN, **changes)) == words


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"connections": 9, "on_demand": True, "duration_s": 60.0, "limits": (parse_limit("completed>=1"),)},
        {"profile": "me", "endpoint_url": "https://127.0.0.1:8443", "ca_file": "/a/ca.pem", "bundle": "latest"},
        {"options": FluxOptions(tags=("nightly",), mip_opt_out=True)},
        {"source": WavSource(path="/b/other.wav", loop=True)},
        {"source": DataSetSource(path="set", seed=7, entries=(1, 2))},
        {"source": MicrophoneSource(device_index=2)},
    ],
)
def test_what_says_nothing_about_the_figures_is_left_out(changes: dict[str, object]) -> None:
    assert run_settings(replace(PLAN, **changes)) == ()
