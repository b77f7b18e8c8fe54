"""Isolation: a peer whose streams influence later ones is found every time, a clean one never."""

from __future__ import annotations

import random

import pytest

from flux_desktop.evaluation.comparing.isolation import judge_isolation
from flux_desktop.evaluation.traces.trace import Setting, Trace, TraceMessage
from flux_desktop.local_endpoint.faults.residual_state import ResidualState
from tests.evaluation.spoken_clips import SpokenClip, played, random_clip

AT = Setting(eot=0.7, timeout_ms=5000)
STREAMS, NEIGHBOURS = 6, 8


class Endpoint:
    """The built-in endpoint's conversation and fault on a stepped clock."""

    def __init__(self, raise_by: float) -> None:
        self.now_s = 100.0
        self._residual = ResidualState(raise_by, lambda: self.now_s)

    def play(self, clip: SpokenClip) -> Trace:
        stream = self._residual.new_stream()
        self.now_s += clip.length_s  # the last turn ends now
        trace = played(clip, AT, silence_s=1.5, residual=stream)
        self.now_s += 2.0
        return trace


def checked(raise_by: float, seed: int):  # type: ignore[no-untyped-def]
    """The three conditions in the order of the command, with another clip and another long stream for each seed."""
    endpoint, rng = Endpoint(raise_by), random.Random(seed)
    long = random_clip("long", rng.randrange(1000), turns=2)
    clip = next(clip for each in range(1000) if not (clip := random_clip("clip", seed * 1000 + each, turns=1)).holds)
    fresh = [endpoint.play(clip) for _ in range(STREAMS)]
    beside = [endpoint.play(clip) for _ in range(NEIGHBOURS)]
    after = []
    for _ in range(STREAMS):
        endpoint.play(long)
        after.append(endpoint.play(clip))
    return judge_isolation(fresh, {"beside others": beside, "right after a long stream": after})


def test_the_fault_is_found_twenty_times_of_twenty_and_a_clean_endpoint_never_fails() -> None:
    faulty = [checked(0.15, seed) for seed in range(20)]
    clean = [checked(0.0, seed) for seed in range(20)]
    print(f"detected {sum(not each.passed for each in faulty)} of 20, clean {sum(each.passed for each in clean)} of 20")
    assert not any(each.passed for each in faulty)
    assert all(each.passed for each in clean)
    assert all(each.conditions[1].is_influenced and not each.conditions[0].is_influenced for each in faulty)


def test_the_sentence_names_the_condition_and_the_shift() -> None:
    result = checked(0.15, 1)
    assert result.sentence.startswith(
        "FAIL: streams are not isolated. Right after a long stream, confidences differ by +0.1"
    )
    after = result.conditions[1]
    assert (after.streams, after.higher, after.lower) == (6, 6, 0)
    assert after.p == pytest.approx(2 / 64)
    assert after.decision_shift_ms.value is not None
    assert after.decision_shift_ms.value < 0, "turns end earlier"
    assert checked(0.0, 1).sentence.startswith("PASS")


def test_a_small_shift_or_one_in_both_directions_is_no_influence() -> None:
    assert checked(0.01, 3).passed


def test_a_shift_on_too_few_streams_for_the_sign_test_is_undecided() -> None:
    def heard(confidence: float) -> Trace:
        return Trace(clip="clip", messages=(TraceMessage(audio_s=0.24, confidence=confidence, transcript="hello"),))

    fresh = [heard(0.5) for _ in range(STREAMS)]
    for shifts in ([0.15] * 5, [0.15], [0.0] * 5 + [0.06]):
        result = judge_isolation(fresh, {"after a long stream": [heard(0.5 + shift) for shift in shifts]})
        assert not result.passed
        assert result.sentence.startswith("This data does not decide it: a shift of 0.02 or more is not excluded.")
    assert judge_isolation(fresh, {"after a long stream": [heard(0.51 - 0.001 * n) for n in range(5)]}).passed


def test_the_interval_of_a_shift_includes_what_the_fresh_streams_differ_by() -> None:
    def heard(confidence: float) -> Trace:
        return Trace(clip="clip", messages=(TraceMessage(audio_s=0.24, confidence=confidence, transcript="hello"),))

    dice = random.Random(4)
    covered, failed = 0, 0
    for _ in range(400):
        fresh, after = ([heard(dice.gauss(0.5, 0.04)) for _ in range(STREAMS)] for _ in range(2))
        result = judge_isolation(fresh, {"after a long stream": after})
        shift = result.conditions[0].shift
        assert shift.low is not None
        assert shift.high is not None
        covered += shift.low <= 0 <= shift.high
        failed += result.conditions[0].is_influenced
    assert covered >= 0.93 * 400, "the spread of the condition alone covers 84 in 100"
    assert failed <= 0.05 * 400, "streams that are the same have no influence"


def test_without_streams_nothing_is_decided() -> None:
    result = judge_isolation([], {"beside others": []})
    assert not result.passed
    assert "does not decide it" in result.sentence
