"""Chosen faults: how they are written, and which streams they affect."""

from __future__ import annotations

import pytest

from flux_desktop.base.problem import ProblemError
from flux_desktop.local_endpoint.faults.faults import Faults, parse_faults
from flux_desktop.local_faults import FAULTS


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_is_taken_with_a_value_and_by_its_default(name: str) -> None:
    default = FAULTS[name].default
    assert parse_faults([f"{name}=2"]).value(name) == 2.0
    if default is None:
        with pytest.raises(ProblemError, match=f"{name}=N"):
            parse_faults([name])
    else:
        assert parse_faults([name]).value(name) == default
        assert 0 <= default <= (100 if FAULTS[name].unit == "percent" else 1_000_000)


@pytest.mark.parametrize("name", FAULTS)
def test_every_sentence_is_a_sentence(name: str) -> None:
    sentence = FAULTS[name].sentence
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert len(sentence) < 240


def test_none_and_repeated_names() -> None:
    assert parse_faults(["none"]).names == []
    faults = parse_faults(["none", "delay-ms=1", "throttled", "delay-ms=5"])
    assert (faults.names, faults.value("delay-ms"), faults.value("stall-ms")) == (["delay-ms", "throttled"], 5.0, None)
    assert faults.has("throttled")
    assert not faults.has("stall-ms")


@pytest.mark.parametrize("text", ["", "gremlins", "delay-ms=-1", "delay-ms=1e7", "throttled=100.5", "drip=x", "None"])
def test_what_cannot_be_used_is_refused(text: str) -> None:
    with pytest.raises(ProblemError) as refused:
        parse_faults([text])
    assert refused.value.problem.code == "fault_unusable"


@pytest.mark.parametrize(("percent", "affected"), [(0, 0), (1, 1), (33, 33), (65, 65), (100, 100)])
def test_a_percentage_of_streams_is_spread_evenly(percent: float, affected: int) -> None:
    faults = Faults({"throttled": percent})
    selected = [faults.selects("throttled") for _ in range(100)]
    assert sum(selected) == affected
    assert abs(sum(selected[:50]) - affected / 2) <= 1


def test_each_fault_counts_its_own_streams() -> None:
    faults = Faults({"throttled": 50, "unavailable": 50})
    assert [faults.selects("throttled") for _ in range(3)] == [False, True, False]
    assert [faults.selects("unavailable") for _ in range(2)] == [False, True]
    assert not faults.selects("bad-request"), "it was not chosen"
    assert [faults.is_first("cut-once") for _ in range(3)] == [True, False, False]
