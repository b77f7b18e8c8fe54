"""Minutes and cost before an experiment starts, and the question above a limit."""

from __future__ import annotations

import argparse

import pytest

from flux_desktop.cli.consent import ASK_ABOVE_STREAM_MINUTES, agreed
from flux_desktop.engine.records.plan import RunPlan, WavSource

PLAN = RunPlan(endpoint="my-flux", source=WavSource(path="a.wav"))
ASK, YES = argparse.Namespace(yes=False), argparse.Namespace(yes=True)


def test_the_built_in_endpoint_costs_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    local = RunPlan(endpoint="local", source=WavSource(path="a.wav"))
    assert agreed(ASK, local, 500.0, 60.0)
    assert agreed(ASK, local, 4.4, 0.6, besides="besides what fails")
    assert capsys.readouterr().err.splitlines() == [
        "At most 500 stream-minutes, about 60 minutes; the built-in endpoint costs nothing.",
        "At most 4.4 stream-minutes, about 1 minute, besides what fails; the built-in endpoint costs nothing.",
    ]


def test_a_real_endpoint_is_asked_for_above_the_limit(capsys: pytest.CaptureFixture[str]) -> None:
    assert agreed(ASK, PLAN, ASK_ABOVE_STREAM_MINUTES, 5.0)
    assert "60 stream-minutes" in capsys.readouterr().err
    assert not agreed(ASK, PLAN, ASK_ABOVE_STREAM_MINUTES + 1, 5.0), "there is nobody to ask"
    assert "Pass --yes" in capsys.readouterr().err
    assert agreed(YES, PLAN, 500.0, 5.0)
